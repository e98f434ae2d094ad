'use strict'

const { gcFeed } = require('../gc-feed.js')
const { read } = require('../sampling/sample.js')

const FIELDS = new Set(['cgroup', 'fds'])

/** What the metrics are read from: a fresh sample, totals of collections since the start, and what the watchdog thinks. */
class Readings {
  #watchdog
  #tracked
  #gc = gcFeed()
  #leaks = 0
  #live
  #loopDelay
  #listeners = {
    leak: () => this.#leaks++,
    stats: ({ heapUsed }) => (this.#live = heapUsed),
    sample: ({ loopDelay }) => (this.#loopDelay = loopDelay),
  }

  constructor(watchdog, tracked) {
    this.#watchdog = watchdog
    this.#tracked = tracked
    for (const [event, listener] of Object.entries(this.#listeners)) watchdog.on(event, listener)
  }

  /** All of them, of this moment. */
  now() {
    return {
      sample: read(FIELDS),
      live: this.#live,
      loopDelay: this.#loopDelay,
      gc: this.#gc.totals(),
      verdict: this.#watchdog.verdict,
      leaks: this.#leaks,
      tracked: this.#tracked,
    }
  }

  stop() {
    this.#gc.stop()
    for (const [event, listener] of Object.entries(this.#listeners)) this.#watchdog.off(event, listener)
  }
}

module.exports = { Readings }
