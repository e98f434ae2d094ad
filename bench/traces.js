'use strict'
// node bench/traces.js [--traces DIR] [--skip 4000] [--verbose] [--dry]
// Runs the judgement over every prefix, from 6 readings up, of recorded traces, beside memwatch-next's rule and least squares, and
// writes the table into docs/detection.md (--dry: to the terminal). A trace is found, or accused, when any of its prefixes is.
// With --traces: of a folder of recordings ({ case, variant, leak, samples: [{ t_ms, heapUsed, … }] } each), to the terminal.

const fs = require('fs')
const path = require('path')
const { parseArgs } = require('util')
const leakguard = require('..')
const { traces } = require('../__test__/support/traces')
const { memwatch, leastSquares } = require('./baselines')
const { plainTable, replaceTable } = require('./table')

const { values: options } = parseArgs({
  options: { traces: { type: 'string' }, skip: { type: 'string', default: '4000' }, dry: { type: 'boolean' }, verbose: { type: 'boolean' } },
})

const suspected = (samples) => ['suspicious', 'confirmed'].includes(leakguard.detect(samples).state)
const RULES = {
  'leakguard, confirmed': (samples) => leakguard.detect(samples).leak,
  'leakguard, suspicious': suspected,
  'memwatch-next': memwatch,
  'least squares': leastSquares,
}
const FIRST = 6

function recordings(folder) {
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.json')).sort()
  return files.map((name) => {
    const { case: id, variant, leak, samples } = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'))
    const kind = leak ? 'leak' : variant === 'control' ? 'control' : 'program'
    return { name: id, collection: 'folder', kind, leak, samples: samples.map((sample) => ({ time: sample.t_ms, ...sample })) }
  })
}

/** How many readings it takes until `rule` speaks; undefined: it never does. */
function firstAccusation(rule, samples) {
  for (let n = FIRST; n <= samples.length; n++) if (rule(samples.slice(0, n))) return n
  return undefined
}

function median(values) {
  const sorted = values.toSorted((left, right) => left - right)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

function score(list, skip) {
  return Object.entries(RULES).map(([rule, accuses]) => {
    const rows = list.map((trace) => ({ ...trace, first: firstAccusation(accuses, trace.samples.filter(({ time }) => time >= skip)) }))
    if (options.verbose) for (const { name, kind, first } of rows) console.error(rule, kind, name, first ?? '-')
    const of = (kind) => rows.filter((row) => row.kind === kind)
    const share = (kind) => `${of(kind).filter(({ first }) => first).length} of ${of(kind).length}`
    const found = of('leak').flatMap(({ first }) => first ?? [])
    return [rule, share('leak'), share('control'), share('program'), found.length > 0 ? median(found) : '–']
  })
}

/** Microseconds of a call for so many samples, the median of many. */
function cost(count) {
  const samples = Array.from({ length: count }, (_, at) => ({
    time: at * 500 + ((at * 7919) % 97),
    heapUsed: 2e7 + at * 1e4 + ((at * 104729) % 1e6),
    heapTotal: 4e7,
    external: 2e6,
    rss: 8e7 + ((at * 31) % 1e5),
  }))
  const times = Array.from({ length: 60 }, () => {
    const start = performance.now()
    leakguard.detect(samples)
    return performance.now() - start
  })
  return `${median(times.slice(10)).toFixed(2)} ms`
}

function main() {
  const list = options.traces ? recordings(options.traces) : traces()
  const rows = []
  for (const collection of new Set(list.map((trace) => trace.collection))) {
    const part = list.filter((trace) => trace.collection === collection)
    for (const skip of [Number(options.skip), 0]) {
      const where = `${collection}, ${skip > 0 ? `from ${skip / 1000} s on` : 'from its start'}`
      rows.push(...score(part, skip).map((row) => [where, ...row]))
    }
  }
  const head = ['traces', 'rule', 'leaks found', 'controls accused', 'healthy programs accused', 'readings until then, median']
  const costs = [60, 500, 2000, 10_000].map((count) => [count.toLocaleString('en'), cost(count)])
  const text = `${plainTable(head, rows)}\n\nOne call, from JavaScript and back, five fields a sample:\n\n${plainTable(['samples', 'time'], costs).split('\n').slice(2).join('\n')}`
  console.log(text)
  if (!options.dry && !options.traces) replaceTable(path.join(__dirname, '../docs/detection.md'), 'traces', text)
}

main()
