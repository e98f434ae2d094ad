'use strict'

const { createHistogram, performance } = require('node:perf_hooks')

/** Rarely enough to cost nothing, often enough to see what users feel. */
const EVERY_MS = 20

/** In µs, up to an hour, to a percent: 30 kB. */
const RANGE = { lowest: 1, highest: 36e8, figures: 2 }

/**
 * How late the event loop is with its timers, in ms, from one `take` to the next. A timer looks that keeps no process alive.
 *
 * Not `monitorEventLoopDelay`: its `reset` forgets the delay that is under way, and that is the very one when a sampler is
 * late because the loop was blocked.
 */
class LoopDelay {
  #histogram = createHistogram(RANGE)
  #due = performance.now() + EVERY_MS
  #timer = setInterval(() => this.#look(), EVERY_MS).unref()

  #look() {
    const now = performance.now()
    this.#record(now - this.#due)
    this.#due = now + EVERY_MS
  }

  #record(late) {
    this.#histogram.record(Math.max(1, Math.round(late * 1e3))) // whole µs, at least one
  }

  /** `{ p50, p99, max }`; `undefined` where it was not looked since the last time, and nothing is late. */
  take() {
    const now = performance.now()
    if (now > this.#due) {
      this.#record(now - this.#due)
      this.#due = now // the timer, when its turn comes, has only what is added
    }
    const histogram = this.#histogram
    if (histogram.count === 0) return undefined
    const delay = { p50: histogram.percentile(50) / 1e3, p99: histogram.percentile(99) / 1e3, max: histogram.max / 1e3 }
    histogram.reset()
    return delay
  }

  stop() {
    clearInterval(this.#timer)
  }
}

module.exports = { LoopDelay }
