'use strict'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * The samples of the last hour in full and those of the last day by the minute, at most `bound` of them. Where that is too few
 * for both, the hour gets half of it at least.
 *
 * No clock here: who adds says when, on a clock that never jumps.
 */
class History {
  #bound
  #recent = []
  #older = []

  constructor(bound) {
    this.#bound = bound
  }

  add(at, sample) {
    this.#recent.push({ at, sample })
    while (at - this.#recent[0].at > HOUR) this.#age()
    while (this.#older.length > 0 && at - this.#older[0].at > DAY) this.#older.shift()
    while (this.#recent.length + this.#older.length > this.#bound) {
      if (this.#older.length === 0 || this.#recent.length > Math.max(1, this.#bound / 2)) this.#age()
      if (this.#recent.length + this.#older.length > this.#bound) this.#older.shift()
    }
  }

  /** The oldest of the hour becomes one of the day, if its minute has none yet. */
  #age() {
    const entry = this.#recent.shift()
    const last = this.#older.at(-1)
    if (last === undefined || entry.at - last.at >= MINUTE) this.#older.push(entry)
  }

  /** Oldest first. */
  samples() {
    return [...this.#older, ...this.#recent].map(({ sample }) => sample)
  }
}

module.exports = { History }
