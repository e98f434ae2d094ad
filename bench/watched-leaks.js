'use strict'

// node bench/watched-leaks.js DIR [--node=PATH] [--seconds=60] [--verbose] [CASE…]
//
// The watchdog on real leaks, their fixed versions and healthy programs, running for real: each works at a steady pace beside requests
// whose load wanders, on a small heap, until there is a leak event or the time is over. Says after how many mark-compacts, from the end of the
// warm-up on, the event came, and whether it named what leaks. DIR is described in real-leaks.js. Wants a machine that is not overloaded.

const { performance } = require('node:perf_hooks')
const { bench, verdict } = require('./real-leaks.js')

const FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=400', '--no-warnings']
/** Of the leak, in the whole time: the pace of a case follows from it, and from what it can do beside the load. */
const GROWTH_BYTES = 12e6
const BUSY = 0.25
const BACKGROUND_BYTES = 16e6
/** Until then modules load, code is compiled, pools fill. */
const WARM_UP_MS = 4000

/** Requests in flight: objects that live up to 1.5 s, as many as a load makes that wanders. */
function background() {
  const buckets = Array.from({ length: 64 }, () => [])
  let tick = 0
  let level = 1
  let due = 0
  return (ms) => {
    const bucket = ++tick & 63
    buckets[bucket] = []
    level = Math.min(1.4, Math.max(0.6, level + (Math.random() - 0.5) * 0.08))
    for (due += (BACKGROUND_BYTES * level * ms) / 1000; due > 0; ) {
      const rows = Array.from({ length: 8 + Math.floor(Math.random() * 60) }, (_, row) => ({ row, value: Math.random(), text: `t${row}` }))
      due -= 200 + rows.length * 90
      buckets[(tick + 2 + Math.floor(Math.random() * Math.random() * 60)) & 63].push({ tick, rows })
    }
  }
}

/** How many bytes an iteration leaks, and how long it takes. */
async function measure({ mod, require: from, ctx }) {
  const leakguard = require('..')
  const state = await mod.setup(from, ctx)
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      leakguard.gc()
    }
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const batch = Math.ceil(mod.N / 10)
  let at = 0
  const some = async () => {
    for (const end = at + batch; at < end; at++) await mod.iterate(state, at)
  }
  await some()
  const before = await settled()
  const start = performance.now()
  await some()
  const ms = (performance.now() - start) / batch
  return { bytes: ((await settled()) - before) / batch, ms }
}

/** Iterations a second. */
function paceOf({ rate, traceRate }, { bytes, ms }, seconds) {
  if (rate ?? traceRate > 0) return rate ?? traceRate
  return Math.min(GROWTH_BYTES / Math.max(bytes, 1) / seconds, (1000 * BUSY) / ms)
}

async function work({ mod, require: from, ctx }, { seconds, verbose }, measured) {
  const leakguard = require('..')
  const rate = paceOf(mod, measured, seconds)
  ctx.horizon = Math.floor(rate * seconds)
  const state = await mod.setup(from, ctx)
  const load = background()
  const start = performance.now()
  let [collections, warm] = [0, 0]
  let [leak, suspicion] = []
  const log = []
  const note = (what) => console.error(log[log.push(`${((performance.now() - start) / 1000).toFixed(1)} s, ${collections - warm}: ${what}`) - 1])
  if (verbose) noteLooks(note)
  const watchdog = leakguard.watch({ interval: '2s' })
  watchdog.on('stats', () => {
    collections++
    if (performance.now() - start < WARM_UP_MS) warm = collections
  })
  watchdog.on('suspicion', ({ reason }) => {
    suspicion ??= collections - warm
    note(`suspicion, ${reason}`)
  })
  watchdog.on('leak', (told) => (leak ??= { ...told, collections: collections - warm }))
  let done = 0
  let next = start
  while (leak === undefined && performance.now() - start < seconds * 1000) {
    const now = performance.now()
    if (now >= next) {
      load(25)
      next = Math.max(next + 25, now - 250)
    }
    let due = Math.min(Math.floor(((now - start) / 1000) * rate) - done, Math.ceil(rate))
    for (const until = now + 20; due-- > 0 && performance.now() < until; ) await mod.iterate(state, done++)
    await new Promise((resolve) => setTimeout(resolve, 4))
  }
  return { collections: collections - warm, suspicion, leak, iterations: done, verdict: watchdog.verdict, log }
}

/** What each look at the heap says. */
function noteLooks(note) {
  const { Evidence } = require('../lib/watch/evidence.js')
  const { look } = Evidence.prototype
  Evidence.prototype.look = async function (how) {
    note(`a look${how.isUrgent ? ', urgent' : ''}`)
    const finding = await look.call(this, how)
    const { growth, missing, capture } = finding
    const grown = growth?.suspects.slice(0, 3).map(({ name, cause, counts, sizes }) => `${name} (${cause}, ${counts.join(' ')}, ${sizes.join(' ')})`)
    const cost = `${Math.round(capture?.pauseMs)} ms, ${Math.round(capture?.durationMs)} ms`
    note(missing ?? `looked (${cost}), heap ${growth?.totalSizes.join(' ') ?? 'first'}: ${grown?.join('; ') ?? ''}`)
    return finding
  }
}

const after = []
const totals = { named: 0, silent: 0, healthy: 0 }

function tell(program, { collections, suspicion, leak, verdict: last, log }, { verbose }) {
  const { id, variant, isLeak } = program
  const found = leak === undefined ? (isLeak ? 'MISSED' : 'silent') : isLeak ? verdict(program, leak.suspects) : 'ACCUSED'
  if (isLeak) after.push(leak?.collections ?? Infinity)
  else totals.healthy++
  if (found in totals) totals[found]++
  if (verbose) for (const line of log) console.log(`    ${line}`)
  const what = leak
    ? `after ${leak.collections} mark-compacts (by ${leak.confirmedBy}, ${leak.evidence}, suspicion after ${suspicion}): ${leak.text}`
    : `${collections} mark-compacts, ${last?.state}, ${suspicion === undefined ? 'no suspicion' : `suspicion after ${suspicion}`}`
  console.log(`${id} ${variant}: ${found}, ${what}`)
}

function done() {
  after.sort((a, b) => a - b)
  const told = after.filter(Number.isFinite).length
  const middle = [after[(after.length - 1) >> 1], after[after.length >> 1]]
  console.log(
    `${told} of ${after.length} leaks told, ${totals.named} of them by name, after a median of ${(middle[0] + middle[1]) / 2} mark-compacts; ` +
      `${totals.silent} of ${totals.healthy} healthy programs silent`,
  )
}

bench(__filename, { flags: FLAGS, options: { seconds: { type: 'string', default: '60' }, verbose: { type: 'boolean' } }, measure, work, tell, done })
