'use strict'
// node bench/sites.js [--requests 3000] [--rounds 100] [--intervals 128KiB,256KiB,512KiB] [--dry]
// What sampling allocations costs an HTTP server: the processor time of its requests with the profiler off over that with it on, at some intervals,
// in turns, in one process; and how long it stands still for a report. Each request parses, builds and writes JSON, and so allocates.

const http = require('http')
const { parseArgs } = require('util')
const { answering, asked } = require('./asked')
const { median, plainTable, replaceTable } = require('./table')

const REPORTS = 15

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
  answering(app, async (question) => {
    if (question === 'off') profiler.stop()
    else if (question === 'report') return (await profiler.report({ top: 3 })).pauseMs
    else profiler = leakguard.startHeapProfile({ interval: question })
    return question
  })
}

async function main({ requests, rounds, intervals, dry }) {
  const { use, ask, end } = await asked(process.execPath, [__filename, '--server'])
  await use(30 * requests) // compiled
  const on = intervals.map(() => ({ ratios: [], pauses: [] }))
  const off = []
  for (let round = 0; round < rounds; round++) {
    // Whoever comes first differs, so that a drift of the machine counts for none.
    const turns = [undefined, ...intervals.keys()]
    const times = new Map()
    for (const at of round % 2 ? turns.toReversed() : turns) {
      if (at !== undefined) await ask(intervals[at])
      times.set(at, await use(requests))
      if (at !== undefined) await ask('off')
    }
    off.push(times.get(undefined) / requests)
    for (const at of intervals.keys()) on[at].ratios.push(times.get(undefined) / times.get(at))
  }
  // Behind a fork the kernel has pages to copy: no turn shall pay for that.
  for (const [at, interval] of intervals.entries()) {
    await ask(interval)
    for (let report = 0; report < REPORTS; report++) {
      await use(requests)
      on[at].pauses.push(await ask('report'))
    }
    await ask('off')
  }
  end()
  const rows = on.map(({ ratios, pauses }, at) => {
    const sorted = ratios.toSorted((a, b) => a - b)
    const quarter = (nth) => sorted[Math.floor((sorted.length * nth) / 4)].toFixed(3)
    return [intervals[at], `${(median(off) * 1e6).toFixed(0)} µs`, `**${median(ratios).toFixed(3)}** (${quarter(1)} to ${quarter(3)})`, `${median(pauses).toFixed(1)} ms`]
  })
  const text = plainTable(['interval', 'processor time of a request without', 'requests with sampling for each without (quartiles)', 'a report holds the thread for'], rows)
  console.log(text)
  if (!dry) replaceTable('docs/sites.md', 'bench-sites', text)
}

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '100' },
    intervals: { type: 'string', default: '128KiB,256KiB,512KiB' },
    dry: { type: 'boolean', default: false },
    server: { type: 'boolean', default: false },
  },
})
if (values.server) server()
else main({ ...values, intervals: values.intervals.split(','), requests: Number(values.requests), rounds: Number(values.rounds) })
