'use strict'

const { performance } = require('node:perf_hooks')
const v8 = require('node:v8')

/** Of the young generation's space half is filled between two of its collections, or a bit less. */
const FILLED = 0.5
const YOUNG = ['scavenge', 'minor-mark-compact']

/** How fast the app allocates on V8's heap of late, by how often V8 empties the young generation. */
class AllocationRate {
  #totals
  #marks

  /** `totals` says how many collections there were, by kind. */
  constructor(totals) {
    this.#totals = totals
    this.#marks = [this.#mark(), this.#mark()]
  }

  #mark() {
    const totals = this.#totals()
    return { at: performance.now(), count: YOUNG.reduce((sum, kind) => sum + (totals[kind]?.count ?? 0), 0) }
  }

  /** Now and then: the rate is that since the last but one. */
  mark() {
    this.#marks = [this.#marks[1], this.#mark()]
  }

  /** Bytes a second, within a factor of two; of large objects, which are never young, nothing. */
  read() {
    const [first] = this.#marks
    const { at, count } = this.#mark()
    const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
    return ((count - first.count) * (young?.space_size ?? 0) * FILLED * 1000) / Math.max(1, at - first.at)
  }
}

module.exports = { AllocationRate }
