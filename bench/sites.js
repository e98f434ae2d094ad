'use strict'
// node bench/sites.js [--seconds 3] [--rounds 10] [--intervals 128KiB,256KiB] [--dry]
// What sampling allocations costs an HTTP server: requests a second with the profiler on, at some intervals, against off, in turns, in one process;
// and how long it stands still for a report. 128 KiB is what `startHeapProfile` and the watchdog begin with. Each request parses, builds and writes JSON, and so allocates.

const { fork } = require('child_process')
const http = require('http')
const { parseArgs } = require('util')
const { plainTable, replaceTable } = require('./table')

const CONNECTIONS = 16
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

function server() {
  const leakguard = require('..')
  const sessions = Array.from({ length: 50_000 }, (_, id) => ({ id, user: `user ${id}`, roles: ['a', id] }))
  let count = 0
  const body = JSON.stringify({ items: Array.from({ length: 40 }, (_, id) => ({ id, name: `item ${id}`, tags: ['x', id] })) })
  const app = http.createServer((request, response) => {
    const { items } = JSON.parse(body)
    const answer = items.map((item) => ({ ...item, at: ++count, session: sessions[count % sessions.length] }))
    response.end(JSON.stringify(answer))
  })
  let profiler
  process.on('message', async ({ ask, interval }) => {
    if (ask === 'on') profiler = leakguard.startHeapProfile({ interval })
    if (ask === 'off') profiler.stop()
    process.send({ done: ask, report: ask === 'report' ? await profiler.report({ top: 3 }) : undefined })
  })
  app.listen(0, '127.0.0.1', () => process.send({ port: app.address().port }))
}

async function requests(port, ms) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const end = performance.now() + ms
  let count = 0
  const one = () =>
    new Promise((resolve, reject) => {
      http.get({ port, host: '127.0.0.1', agent }, (response) => response.resume().on('end', resolve)).on('error', reject)
    })
  const worker = async () => {
    while (performance.now() < end) {
      await one()
      count++
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  agent.destroy()
  return count / (ms / 1000)
}

async function main({ seconds, rounds, intervals, dry }) {
  const child = fork(__filename, ['--server'])
  const told = () => new Promise((resolve) => child.once('message', resolve))
  const ask = (what, interval) => (child.send({ ask: what, interval }), told())
  const { port } = await told()
  await requests(port, 3000) // compiled
  const off = []
  const on = intervals.map(() => ({ rates: [], pauses: [] }))
  for (let round = 0; round < rounds; round++) {
    // Whoever comes first differs, so that a drift of the machine counts for none.
    const turns = [undefined, ...intervals.keys()]
    for (const at of round % 2 ? turns.toReversed() : turns) {
      if (at === undefined) {
        off.push(await requests(port, seconds * 1000))
        continue
      }
      await ask('on', intervals[at])
      on[at].rates.push(await requests(port, seconds * 1000))
      on[at].pauses.push((await ask('report')).report.pauseMs)
      await ask('off')
    }
  }
  child.kill()
  const rows = on.map(({ rates, pauses }, at) => {
    const ratio = median(rates.map((rate, index) => rate / off[index]))
    return [intervals[at], median(off).toFixed(0), median(rates).toFixed(0), ratio.toFixed(3), `${median(pauses).toFixed(1)} ms`]
  })
  const text = plainTable(['interval', 'requests/s without', 'with sampling', 'ratio (median of pairs)', 'a report holds the thread for'], rows)
  console.log(text)
  if (!dry) replaceTable('docs/sites.md', 'bench-sites', text)
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '10' },
    intervals: { type: 'string', default: '128KiB,256KiB' },
    dry: { type: 'boolean', default: false },
    server: { type: 'boolean', default: false },
  },
})
if (values.server) server()
else main({ ...values, intervals: values.intervals.split(','), seconds: Number(values.seconds), rounds: Number(values.rounds) })
