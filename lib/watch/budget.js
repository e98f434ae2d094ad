'use strict'

const { performance } = require('node:perf_hooks')

const HOUR = 3600e3

/** So many an hour, of which a part can be left for what is more urgent. */
class Budget {
  #most
  #spent = []

  constructor(most) {
    this.#most = most
  }

  spend() {
    this.#spent.push(performance.now())
  }

  /** Whether there is one left, and `rest` of all, a part, besides. Of one alone no rest is left. */
  has(rest = 0) {
    const kept = this.#most > 1 ? Math.ceil(this.#most * rest) : 0
    return this.#ofThisHour().length < this.#most - kept
  }

  /** In so many ms there is one; `Infinity`: there is none at all. */
  get pauseMs() {
    if (this.#most === 0) return Infinity
    const spent = this.#ofThisHour()
    return spent.length < this.#most ? 0 : spent.at(-this.#most) + HOUR - performance.now()
  }

  #ofThisHour() {
    const now = performance.now()
    this.#spent = this.#spent.filter((at) => now - at < HOUR)
    return this.#spent
  }
}

module.exports = { Budget }
