'use strict'

const { LeakguardError } = require('./errors.js')
const { callback, choice, interval, validate, wrong, shown } = require('./options.js')
const { disagreement } = require('./gc/agreement.js')
const { KINDS, bitsOf } = require('./gc/kinds.js')
const { PerfHooksSource } = require('./gc/perf-hooks-source.js')
const { V8Source } = require('./gc/v8-source.js')

const RULES = {
  kinds,
  every: interval(1000, 1),
  source: choice(['v8', 'perf_hooks']),
}

/** Names of kinds; by default those of a full collection alone: the others say little of what lives. */
function kinds(name, value = ['mark-compact']) {
  const known = Object.keys(KINDS)
  if (value === 'all') return known
  if (Array.isArray(value) && value.every((kind) => known.includes(kind))) return value
  throw wrong(`"${name}" must be 'all' or an array of ${known.join(', ')}, got ${shown(value)}`)
}

/**
 * Follows this thread's garbage collections, and tells `listener` of each one, in order: soon after the loop is free, or at
 * once by `drain()`. Without a listener there are totals alone, and no timer.
 *
 * A reading is `{ kind, forced, time, at, pauseMs, heapUsed, heapTotal, external, exact }`: `time` in ms since 1970 and `at` on
 * `performance.now()`'s clock, both of the collection's end; sizes in bytes. `exact`: they are those of that moment; else,
 * from `perf_hooks`, of the delivery.
 *
 * - `kinds`: which are told; totals count all. Default: `['mark-compact']`
 * - `every`: how often the timer, which keeps no process alive, looks. Default: 1 s
 * - `source`: `'v8'` or `'perf_hooks'`, instead of the better one
 */
function gcFeed(listener, options) {
  const valid = validate(options, RULES)
  return new GcFeed(callback('listener', listener), valid)
}

class GcFeed {
  #source
  #listener
  #timer
  #waiting = []

  constructor(listener, { kinds, every, source }) {
    this.#listener = listener
    const reason = source === 'perf_hooks' ? 'asked for' : disagreement()
    if (source === 'v8' && reason !== undefined) {
      throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', `V8's own callbacks cannot be used here: ${reason}`)
    }
    const Source = reason === undefined ? V8Source : PerfHooksSource
    this.#source = new Source(listener === undefined ? 0 : bitsOf(kinds))
    /** `'v8'` or `'perf_hooks'`. */
    this.source = reason === undefined ? 'v8' : 'perf_hooks'
    /** Why not V8's own callbacks. */
    this.reason = reason
    if (listener !== undefined) this.#timer = setInterval(() => this.drain(), every).unref()
  }

  /** Tells the listener what it was not told yet. What it throws is the caller's; the rest is told by the next call. */
  drain() {
    if (this.#listener === undefined) return
    for (const reading of this.#source.drain()) this.#waiting.push(reading)
    while (this.#waiting.length > 0) this.#listener?.(this.#waiting.shift())
  }

  /** All collections since the start: `{ [kind]: { count, ms } }`. */
  totals() {
    return this.#source.totals()
  }

  /** How many readings were overwritten because nobody fetched them in time: 1,024 are kept. */
  get lost() {
    return this.#source.lost
  }

  /** Ends it: the listener is told no more, V8 or Node calls no more. Totals stay. */
  stop() {
    clearInterval(this.#timer)
    this.#listener = undefined
    this.#waiting = []
    this.#source.stop()
  }

  [Symbol.dispose]() {
    this.stop()
  }
}

/** Which source there is here, and why not the better one. */
function gcFeedSupport() {
  const reason = disagreement()
  return reason === undefined ? { source: 'v8' } : { source: 'perf_hooks', reason }
}

module.exports = { gcFeed, gcFeedSupport }
