'use strict'

const { performance } = require('node:perf_hooks')

/** The app, or its tests, may put another clock there. */
const clock = performance.now.bind(performance)

/** So many of a kind are looked at before only some are, and again whenever that took a second: what is not frequent is exact. */
const FIRST = 64
const A_WHILE_MS = 1000
/** What is looked at again within so many ms is looked at half as often from then on, and twice as often after so many, within these bounds of `every`. */
const RAPID_MS = 50
const SLOW_MS = 200
const RAREST = 4
/** And so many more when a place turns up that was not known. */
const MORE = 16
/** Kinds that are told apart; all others are one. */
const KINDS = 512

/**
 * Which additions are looked at. Reading the stack costs more than the addition itself, so of each kind (an event's name, a
 * delay) the first are, and all while they come slowly; then one of `every`, at random, or of up to four times that where they come
 * fast. It stands for those that were passed over: their number is exact, and their places are estimated without a bias.
 */
class Strata {
  #every
  #kinds = new Map()
  #others
  #seed = 0x2545f491

  constructor(every) {
    this.#every = every
    this.#others = stratum(every)
  }

  /** How many additions this one stands for; 0: it is not looked at. */
  weigh(kind) {
    if (this.#every === 1) return 1
    const stratum = this.#kinds.get(kind) ?? this.#new(kind)
    // Small enough for the engine to put it where it is called.
    return --stratum.skip > 0 ? 0 : this.#due(stratum)
  }

  /** It stands for those that were passed over since the last look, so that none are lost or counted twice whatever ends a gap. */
  #due(stratum) {
    const weight = stratum.gap
    const isExact = stratum.exact > 0
    if (isExact && --stratum.exact > 0) stratum.gap = stratum.skip = 1
    else this.#next(stratum, !isExact)
    return weight
  }

  /** One of this kind came from a place that was not known: the next ones are worth a look. */
  surprised(kind) {
    const stratum = this.#kinds.get(kind) ?? this.#others
    stratum.exact = Math.max(stratum.exact, MORE)
    rouse(stratum)
  }

  /** One that was looked at exactly turned out to be none. */
  giveBack(kind) {
    const stratum = this.#kinds.get(kind) ?? this.#others
    stratum.exact = Math.min(stratum.exact + 1, FIRST)
    rouse(stratum)
  }

  /** What came fast once and does not any more is looked at again. */
  wake() {
    const now = clock()
    for (const stratum of [this.#others, ...this.#kinds.values()]) {
      if (stratum.skip <= 1 || now - stratum.since < A_WHILE_MS) continue
      stratum.exact = Math.max(stratum.exact, MORE)
      rouse(stratum)
      stratum.every = this.#every
    }
  }

  /** `wasGap`: the last look came after a gap, which says how fast they come. */
  #next(stratum, wasGap) {
    const now = clock()
    const since = now - stratum.since
    if (since >= A_WHILE_MS) {
      stratum.exact = FIRST
      stratum.gap = stratum.skip = 1
      stratum.every = this.#every
    } else {
      if (wasGap && since < RAPID_MS) stratum.every = Math.min(2 * stratum.every, RAREST * this.#every)
      else if (wasGap && since > SLOW_MS) stratum.every = Math.max(stratum.every / 2, this.#every)
      stratum.gap = stratum.skip = this.#gap(stratum.every)
    }
    stratum.since = now
  }

  #new(kind) {
    // An object would be held by it.
    if (this.#kinds.size >= KINDS || typeof kind === 'object' || typeof kind === 'function') return this.#others
    const made = stratum(this.#every)
    this.#kinds.set(kind, made)
    return made
  }

  // `Math.random` belongs to the app, which may have put a seeded one there. The mean of these is `every`.
  #gap(every) {
    let seed = this.#seed
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    this.#seed = seed
    return 1 + ((seed >>> 0) % (2 * every - 1))
  }
}

function stratum(every) {
  return { exact: FIRST, skip: 1, gap: 1, every, since: clock() }
}

/** The next one is looked at. */
function rouse(stratum) {
  stratum.gap += 1 - stratum.skip
  stratum.skip = 1
}

module.exports = { Strata }
