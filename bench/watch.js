'use strict'
// node bench/watch.js [--seconds 10] [--rounds 5] [--dry]
// What watch() with sampling and the recorder costs an HTTP server under full load: the same server without it beside it, in turn,
// in one run. Ratios of throughput and of the latency's 99th percentile, ns of a GC callback, and bytes of RSS; the table of
// docs/detection.md (--dry: the terminal alone).

const { fork } = require('child_process')
const fs = require('fs')
const http = require('http')
const os = require('os')
const path = require('path')
const { parseArgs } = require('util')
const { plainTable, replaceTable } = require('./table')

const { values: options } = parseArgs({
  options: { serve: { type: 'boolean' }, seconds: { type: 'string', default: '10' }, rounds: { type: 'string', default: '5' }, dry: { type: 'boolean' } },
})
const AT_ONCE = 32

/** The server: each request makes some garbage, as a handler does. */
function serve() {
  const leakguard = require('..')
  let watchdog
  const server = http.createServer((request, response) => {
    const rows = Array.from({ length: 200 }, (_, at) => ({ at, text: `row ${at} of ${request.url}` }))
    response.end(JSON.stringify(rows))
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('message', ({ on, file }) => {
    watchdog?.stop()
    watchdog = on ? leakguard.watch({ recorder: file, interval: '1s' }) : undefined
    leakguard.gc()
    process.send({ rss: process.memoryUsage().rss, callbackNs: on ? callbackNs() : undefined })
  })
}

/** A collection of nearly nothing, with so many feeds more than with one: the difference is theirs. */
function callbackNs() {
  const { gcFeed } = require('../lib/gc-feed')
  const scavenges = (feeds) => {
    const totals = gcFeed()
    const start = process.hrtime.bigint()
    let sum = 0
    while ((totals.totals().scavenge?.count ?? 0) < 200) for (let n = 0; n < 1000; n++) sum += new Array(50).fill(n).length
    const ns = Number(process.hrtime.bigint() - start) / 200
    totals.stop()
    for (const feed of feeds) feed.stop()
    return sum > 0 ? ns : 0
  }
  const rounds = Array.from({ length: 9 }, () => {
    const many = Array.from({ length: 200 }, () => gcFeed(() => {}, { kinds: 'all', every: 1e6 }))
    return [scavenges(many), scavenges([])]
  })
  return median(rounds.map(([many, none]) => (many - none) / 200))
}

async function load(port, seconds) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const latencies = []
  const end = performance.now() + seconds * 1000
  const get = () =>
    new Promise((resolve, reject) => {
      http.get({ port, host: '127.0.0.1', agent, path: `/${latencies.length}` }, (response) => response.resume().on('end', resolve)).on('error', reject)
    })
  const client = async () => {
    while (performance.now() < end) {
      const start = performance.now()
      await get()
      latencies.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  agent.destroy()
  latencies.sort((one, other) => one - other)
  return { throughput: latencies.length / seconds, p99: latencies[Math.floor(latencies.length * 0.99)] }
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-bench-'))
  const server = fork(__filename, ['--serve'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const said = () => new Promise((resolve) => server.once('message', resolve))
  const { port } = await said()
  const turn = async (on, round) => {
    server.send({ on, file: path.join(folder, `${round}.rec`) })
    return said()
  }
  await load(port, 3) // warm
  const rows = []
  const ns = []
  for (let round = 0; round < Number(options.rounds); round++) {
    // The order changes, so that what drifts is in both.
    const figures = {}
    for (const on of round % 2 ? [true, false] : [false, true]) {
      const { rss, callbackNs } = await turn(on, round)
      figures[on] = { ...(await load(port, Number(options.seconds))), rss }
      if (on) ns.push(callbackNs)
    }
    await turn(false, round)
    rows.push(figures)
    console.error(JSON.stringify(figures))
  }
  server.kill()
  fs.rmSync(folder, { recursive: true })
  const ratio = (field) => median(rows.map((row) => row.true[field] / row.false[field]))
  const text = plainTable(
    ['what', 'without', 'with', 'ratio'],
    [
      ['requests a second', ...['false', 'true'].map((on) => Math.round(median(rows.map((row) => row[on].throughput)))), ratio('throughput').toFixed(3)],
      ['p99 latency', ...['false', 'true'].map((on) => `${median(rows.map((row) => row[on].p99)).toFixed(1)} ms`), ratio('p99').toFixed(3)],
      ['RSS, right after a collection', ...['false', 'true'].map((on) => `${(median(rows.map((row) => row[on].rss)) / 1e6).toFixed(1)} MB`), ratio('rss').toFixed(3)],
      ['a callback of a collection', '', `${median(ns).toFixed(0)} ns`, ''],
    ],
  )
  console.log(text)
  if (!options.dry) replaceTable(path.join(__dirname, '../docs/detection.md'), 'watch', text)
}

if (options.serve) serve()
else main()
