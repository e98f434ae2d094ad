'use strict'

const { performance } = require('node:perf_hooks')

/** How soon there is another look at first, and at most; each failure doubles it. The budget counts them all. */
const FIRST_RETRY_MS = 5_000
const LAST_RETRY_MS = 600_000
/** Where what kept a look from the heap may pass, so many are tried before a trend that is sure is told without one. */
const TRIES = 3

/** What keeps looks from the heap: one after the other failed. */
class Obstacle {
  #failures = 0
  #until = 0
  #finding

  /** Another look failed, with this finding. */
  met(finding) {
    this.#finding = finding
    this.#until = performance.now() + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++)
  }

  /** Why, in words. */
  get missing() {
    return this.#finding.missing
  }

  /** Whether it is too soon for another look. */
  get blocks() {
    return performance.now() < this.#until
  }

  /** Whether another look may succeed, so that a sure trend waits for it. */
  get mayPass() {
    return this.#finding.mayPass && this.#failures < TRIES
  }

  /** Whether it is that the machine cannot afford looks. */
  get isOfMemory() {
    return this.#finding.unaffordable
  }
}

module.exports = { Obstacle }
