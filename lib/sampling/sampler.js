'use strict'

const { EventEmitter } = require('node:events')
const { performance } = require('node:perf_hooks')
const { integer, interval, validate } = require('../options.js')
const { gcFeed } = require('../gc-feed.js')
const { fields } = require('./fields.js')
const { History } = require('./history.js')
const { LoopDelay } = require('./loop-delay.js')
const { read } = require('./sample.js')

const RULES = {
  interval: interval('5s'),
  history: integer(1, 1_000_000, 2000),
  fields: fields(['process', 'cgroup', 'machine', 'pressure', 'fds']),
}

/** Reads a sample now and then, tells of it, and keeps a history. */
class Sampler extends EventEmitter {
  #interval
  #fields
  #history
  #timers
  #loopDelay = new LoopDelay()
  #gc = gcFeed()
  #collected = {}

  constructor(options) {
    super()
    this.#interval = options.interval
    this.#fields = options.fields
    this.#history = new History(options.history)
    const tick = () => this.#tick()
    // The first one soon, when the caller has had the time to listen.
    this.#timers = [setTimeout(tick, 0).unref(), setInterval(tick, options.interval).unref()]
  }

  #tick() {
    const sample = read(this.#fields)
    sample.loopDelay = this.#loopDelay.take()
    sample.gc = this.#collections()
    this.#history.add(performance.now(), sample)
    this.emit('sample', sample) // last: what a listener throws is the app's, and the timer goes on
  }

  /** What was collected since the last time. */
  #collections() {
    const totals = this.#gc.totals()
    const since = {}
    for (const [kind, { count, ms }] of Object.entries(totals)) {
      const before = this.#collected[kind] ?? { count: 0, ms: 0 }
      if (count > before.count) since[kind] = { count: count - before.count, ms: ms - before.ms }
    }
    this.#collected = totals
    return since
  }

  /** Oldest first. */
  samples() {
    return this.#history.samples()
  }

  toJSON() {
    return { interval: this.#interval, samples: this.samples() }
  }

  /** Ends it, and leaves the history as it is. Doing so again does nothing. */
  stop() {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#loopDelay.stop()
    this.#gc.stop()
  }

  [Symbol.dispose]() {
    this.stop()
  }
}

/** Starts to take samples, until it is stopped or the thread ends; it keeps nothing alive. */
function startSampling(options) {
  return new Sampler(validate(options, RULES))
}

module.exports = { startSampling }
