'use strict'

/**
 * The readings that are judged: one of each mark-compact, and between them those of the slow timer, which know what collections
 * do not show. Bounded: when it is full, the older half is thinned to every other reading of its kind.
 *
 * Times run on a clock that never jumps, from the wall clock's start on.
 */
class Series {
  #bound
  #readings = []

  constructor(bound) {
    this.#bound = bound
  }

  /** In its place: collections are told of later than they happened, and the slow timer's own reading may have come first. */
  add(reading) {
    let at = this.#readings.length
    while (at > 0 && this.#readings[at - 1].time > reading.time) at--
    this.#readings.splice(at, 0, reading)
    if (this.#readings.length > this.#bound) this.#thin()
  }

  #thin() {
    const half = this.#readings.length >> 1
    const kept = { true: false, false: false }
    const older = this.#readings.slice(0, half).filter(({ markCompact }) => (kept[markCompact] = !kept[markCompact]))
    this.#readings = [...older, ...this.#readings.slice(half)]
  }

  /** Oldest first. */
  readings() {
    return this.#readings
  }
}

module.exports = { Series }
