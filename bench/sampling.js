'use strict'
// node bench/sampling.js [--dry]
// What sample() costs beside process.memoryUsage(), and what a feed adds to a collection, on every supported Node. Writes the
// table into docs/sampling.md (--dry: to the terminal only).

const { execFileSync } = require('child_process')
const path = require('path')
const { parseArgs } = require('util')
const { plainTable, replaceTable } = require('./table')

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** Microseconds a call of each, in turns, so that all see the same machine. */
function costs(calls, turns, count) {
  const times = Object.fromEntries(Object.keys(calls).map((name) => [name, []]))
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, call] of Object.entries(calls)) {
      const start = process.hrtime.bigint()
      for (let n = 0; n < count; n++) call()
      times[name].push(Number(process.hrtime.bigint() - start) / 1e3 / count)
    }
  }
  return times
}

/** Nanoseconds that a feed adds to a scavenge: two callbacks and their readings, times many feeds, so that it can be seen. */
function callback(kinds) {
  const { gcFeed } = require('../lib/gc-feed.js')
  const FEEDS = 200
  const scavenge = () => globalThis.gc({ type: 'minor' })
  const differences = []
  for (let turn = 0; turn < 40; turn++) {
    const time = () => {
      const start = process.hrtime.bigint()
      for (let n = 0; n < 10; n++) scavenge()
      return Number(process.hrtime.bigint() - start) / 10
    }
    const without = time()
    const feeds = Array.from({ length: FEEDS }, () => gcFeed(kinds && (() => {}), kinds && { kinds, every: 1e6, source: 'v8' }))
    const with_ = time()
    feeds.forEach((feed) => feed.stop())
    differences.push((with_ - without) / FEEDS)
  }
  return median(differences)
}

function child() {
  const { sample } = require('..')
  const calls = {
    memoryUsage: () => process.memoryUsage(),
    cheap: () => sample(),
    sampler: () => sample({ fields: ['process', 'cgroup', 'machine', 'pressure', 'fds'] }),
    all: () => sample({ fields: 'all' }),
  }
  costs(calls, 20, 100) // compiled
  const times = costs(calls, 60, 100)
  const ratio = median(times.cheap.map((time, turn) => time / times.memoryUsage[turn]))
  const us = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))
  console.log(JSON.stringify({ us, ratio, reading: callback('all'), totals: callback(undefined) }))
}

function main() {
  const { nodes } = require('../scripts/nodes')
  const rows = nodes().map(({ version, path: node }) => {
    const { us, ratio, reading, totals } = JSON.parse(execFileSync(node, ['--expose-gc', __filename, '--child'], { encoding: 'utf8' }))
    const micro = (value) => `${value.toFixed(1)} µs`
    const row = [
      version,
      micro(us.memoryUsage),
      micro(us.cheap),
      `**${ratio.toFixed(2)}**`,
      micro(us.sampler),
      micro(us.all),
      `${Math.round(reading)} ns`,
      `${Math.round(totals)} ns`,
    ]
    console.error(row.join(' | '))
    return row
  })
  const head = [
    'Node',
    '`process.memoryUsage()`',
    '`sample()`',
    'ratio',
    "a sampler's fields",
    '`sample({ fields: \'all\' })`',
    'GC callback pair, reading kept',
    'totals only',
  ]
  const text = plainTable(head, rows)
  console.log(text)
  if (!values.dry) replaceTable(path.join(__dirname, '../docs/sampling.md'), 'sampling', text)
}

const { values } = parseArgs({ options: { dry: { type: 'boolean' }, child: { type: 'boolean' } } })
if (values.child) child()
else main()
