'use strict'

const { monitorEventLoopDelay } = require('node:perf_hooks')

/** Every so many ms Node looks how late it is: rarely enough to cost nothing, often enough to see what users feel. */
const RESOLUTION_MS = 20

/** How late the event loop is with its timers, in ms, from one `take` to the next. */
class LoopDelay {
  #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })

  constructor() {
    this.#histogram.enable()
  }

  /** `{ p50, p99, max }`; `undefined` where the loop has not come round since the last time. */
  take() {
    const histogram = this.#histogram
    if (histogram.count === 0) return undefined
    const delay = { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), max: late(histogram.max) }
    histogram.reset()
    return delay
  }

  stop() {
    this.#histogram.disable()
  }
}

/** Node counts the sleep in, as it was asked for. */
function late(ns) {
  return Math.max(0, ns / 1e6 - RESOLUTION_MS)
}

module.exports = { LoopDelay }
