'use strict'
// node bench/track.js [--dry] [--rounds N] [--quick]
// What tracking costs, on every supported Node: ns of a pair of calls with tracking over without, requests of an HTTP server, and
// bytes for each that is live. Each figure is of processes of their own, with and without in turns; medians. Writes the table
// into docs/tracking.md (--dry: to the terminal only).

const { execFileSync } = require('child_process')
const { EventEmitter } = require('events')
const http = require('http')
const path = require('path')
const { setImmediate: turn } = require('timers/promises')
const { parseArgs } = require('util')
const { answering, asked } = require('./asked')
const { median, plainTable, replaceTable } = require('./table')

const MODES = { without: undefined, sampled: {}, exact: { sample: 1 } }

function track(mode) {
  const { trackListeners, trackTimers, trackHandles } = require('..')
  if (MODES[mode] !== undefined) return [trackListeners, trackTimers, trackHandles].map((start) => start(MODES[mode]))
  return []
}

function pairOf(name) {
  const noop = () => {}
  const emitter = new EventEmitter()
  const target = new EventTarget()
  return {
    on: () => { emitter.on('thing', noop); emitter.off('thing', noop) },
    setTimeout: () => clearTimeout(setTimeout(noop, 1000)),
    addEventListener: () => { target.addEventListener('thing', noop); target.removeEventListener('thing', noop) },
  }[name]
}

/**
 * Nanoseconds of processor time of a pair, in batches: the loop turns between them, as it does in a server. The time is of all threads, so that
 * what they compile at first is not of a pair: a quarter of the batches goes first.
 */
async function pair(name, mode) {
  const call = pairOf(name)
  track(mode)
  const batches = []
  const count = mode === 'exact' ? 1000 : 4000
  for (let batch = 0; batch < count; batch++) {
    const start = process.cpuUsage()
    for (let nth = 0; nth < 2000; nth++) call()
    const { user, system } = process.cpuUsage(start)
    batches.push(((user + system) * 1000) / 2000)
    await turn()
  }
  // All of it, collections too.
  const settled = batches.slice(count / 4)
  console.log(settled.reduce((sum, ns) => sum + ns, 0) / settled.length)
}

/** Bytes of the heap for each listener or timer that is live, less those of the thing itself. */
async function bytes(what, mode) {
  const COUNT = 50_000
  const kept = []
  const add = {
    listener: (nth) => kept.push(new EventEmitter().on('thing', () => nth)),
    timer: (nth) => kept.push(setTimeout(() => nth, 1e6)),
  }[what]
  const tracked = track(mode)
  const used = async () => {
    for (let times = 0; times < 3; times++) {
      globalThis.gc()
      await turn()
    }
    return process.memoryUsage().heapUsed
  }
  const before = await used()
  for (let nth = 0; nth < COUNT; nth++) {
    add(nth)
    if (nth % 1000 === 0) await turn()
  }
  console.log(((await used()) - before) / COUNT)
  for (const tracker of tracked) tracker.stop()
  process.exit(kept.length === COUNT ? 0 : 1)
}

/** A server whose requests do what requests do: read, wait, listen, and give up in time; `bare`, or an `express` app. */
function server(name, mode) {
  track(mode)
  const bus = new EventEmitter().setMaxListeners(0)
  const answer = (request, response) => {
    const controller = new AbortController()
    const late = setTimeout(() => controller.abort(), 5000)
    const told = () => {}
    bus.on('config', told)
    controller.signal.addEventListener('abort', told, { once: true })
    setImmediate(() => {
      clearTimeout(late)
      bus.off('config', told)
      controller.signal.removeEventListener('abort', told)
      const body = { hello: 'world', at: Date.now() }
      if (name === 'express') response.json(body)
      else response.end(JSON.stringify(body))
    })
  }
  answering(http.createServer(name === 'express' ? require('express')().get('/', answer) : answer))
}

/**
 * Requests that a tracked server answers for each of one that is not, by processor time: of wall time they share their cores with whatever else
 * runs. Both run at once and are asked in turns of some ms, so that a machine that gets slower does so for both.
 */
async function throughput(node, name, turns) {
  const started = (mode) => asked(node, [__filename, '--child', 'server', '--name', name, '--mode', mode])
  const [without, sampled] = [await started('without'), await started('sampled')]
  for (const server of [without, sampled]) await server.use(100 * turns)
  const ratios = []
  for (let turn = 0; turn < turns; turn++) {
    const order = turn % 2 ? [sampled, without] : [without, sampled]
    const times = new Map()
    for (const server of order) times.set(server, await server.use(400))
    ratios.push(times.get(without) / times.get(sampled))
  }
  for (const server of [without, sampled]) server.end()
  return median(ratios)
}

async function main() {
  const { nodes } = require('../scripts/nodes')
  const rounds = Number(values.rounds)
  const rows = []
  for (const { version, path: node } of nodes()) {
    const measured = (child, name, mode) => Number(execFileSync(node, ['--expose-gc', __filename, '--child', child, '--name', name, '--mode', mode], { encoding: 'utf8' }))
    const row = [version]
    for (const name of ['on', 'setTimeout', 'addEventListener']) {
      const times = { without: [], sampled: [], exact: [] }
      for (let round = 0; round < rounds; round++) for (const mode of Object.keys(MODES)) times[mode].push(measured('pair', name, mode))
      const [without, sampled, exact] = Object.values(times).map(median)
      row.push(`${Math.round(without)} ns: **${(sampled / without).toFixed(2)}**, ${(exact / without).toFixed(1)}`)
    }
    for (const name of ['bare', 'express']) {
      const ratios = []
      for (let round = 0; round < rounds; round++) ratios.push(await throughput(node, name, values.quick ? 10 : 100))
      row.push(`**${median(ratios).toFixed(3)}** (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)})`)
    }
    for (const what of ['listener', 'timer']) row.push(`${Math.round(measured('bytes', what, 'exact') - measured('bytes', what, 'without'))} B`)
    console.error(row.join(' | '))
    rows.push(row)
  }
  const head = ['Node', '`on`, `off`: sampled, exact', '`setTimeout`, `clearTimeout`', '`addEventListener`, `remove…`', 'requests of a bare server, sampled (least, most)', 'of an Express app', 'a live listener', 'a live timer']
  const text = plainTable(head, rows)
  console.log(text)
  if (!values.dry) replaceTable(path.join(__dirname, '../docs/tracking.md'), 'tracking', text)
}

const { values } = parseArgs({
  options: {
    dry: { type: 'boolean' },
    quick: { type: 'boolean' },
    rounds: { type: 'string', default: '5' },
    child: { type: 'string' },
    name: { type: 'string' },
    mode: { type: 'string' },
  },
})
const children = { pair: () => pair(values.name, values.mode), bytes: () => bytes(values.name, values.mode), server: () => server(values.name, values.mode) }
if (values.child) children[values.child]()
else main()
