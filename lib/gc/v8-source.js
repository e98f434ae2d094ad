'use strict'

const { performance } = require('node:perf_hooks')
const { native } = require('../native.js')
const { FORCED, nameOf } = require('./kinds.js')

/** V8's own callbacks: readings of the moment right after each collection, whatever the loop does. */
class V8Source {
  #feed
  #origin

  constructor(kinds) {
    this.#feed = new (native().GcFeed)(kinds)
    this.#origin = performance.now() - this.#feed.now()
  }

  drain() {
    return this.#feed.drain().map((reading) => ({
      kind: nameOf(reading.kind),
      forced: (reading.flags & FORCED) !== 0,
      time: reading.wallMs,
      at: this.#origin + reading.endedMs,
      pauseMs: reading.pauseMs,
      heapUsed: reading.heapUsed,
      heapTotal: reading.heapTotal,
      external: reading.external,
      exact: true,
    }))
  }

  totals() {
    const seen = this.#feed.totals().filter(({ count }) => count > 0)
    return Object.fromEntries(seen.map(({ kind, count, pauseMs }) => [nameOf(kind), { count, ms: pauseMs }]))
  }

  get lost() {
    return this.#feed.lost()
  }

  stop() {
    this.#feed.stop()
  }
}

module.exports = { V8Source }
