'use strict'

const { performance } = require('node:perf_hooks')
const v8 = require('node:v8')

/** Of the young generation's space half is filled between two of its collections, or a bit less. */
const FILLED = 0.5
const YOUNG = ['scavenge', 'minor-mark-compact']

/** How fast the app allocates on V8's heap of late, by how often V8 empties the young generation, and how large that is. */
class AllocationRate {
  #totals
  #collections
  #bytes = 0
  #marks

  /** `totals` says how many collections there were, by kind. */
  constructor(totals) {
    this.#totals = totals
    this.#collections = this.#counted()
    this.#marks = [this.#mark(), this.#mark()]
  }

  #counted() {
    const totals = this.#totals()
    return YOUNG.reduce((sum, kind) => sum + (totals[kind]?.count ?? 0), 0)
  }

  /** The space grows while more and more survives: what was filled since the last mark is told by its size now. */
  #mark() {
    const collections = this.#counted()
    const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
    this.#bytes += (collections - this.#collections) * (young?.space_size ?? 0) * FILLED
    this.#collections = collections
    return { at: performance.now(), bytes: this.#bytes }
  }

  /** Now and then: the rate is that since the last but one. */
  mark() {
    this.#marks = [this.#marks[1], this.#mark()]
  }

  /** Bytes a second, within a factor of two where the space did not grow meanwhile; of what V8 puts among the old at once, nothing. */
  read() {
    const [first] = this.#marks
    const { at, bytes } = this.#mark()
    return ((bytes - first.bytes) * 1000) / Math.max(1, at - first.at)
  }
}

module.exports = { AllocationRate }
