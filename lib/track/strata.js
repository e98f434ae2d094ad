'use strict'

const { performance } = require('node:perf_hooks')

/** So many of a kind are looked at before only some are, and again whenever that took a second: what is not frequent is exact. */
const FIRST = 64
const A_WHILE_MS = 1000
/** And so many more when a place turns up that was not known. */
const MORE = 16
/** Kinds that are told apart; all others are one. */
const KINDS = 512
/** No kind is this. */
const NONE = Symbol('none')

/**
 * Which additions are looked at. Reading the stack costs more than the addition itself, so of each kind (an event's name, a
 * delay) the first are, and all while they come slowly; then one of `every`, at random and standing for so many: what is frequent is
 * estimated without a bias.
 */
class Strata {
  #every
  #kinds = new Map()
  #others = stratum()
  /** The last one: those of one kind often come in a row. */
  #kind = NONE
  #last
  #seed = 0x2545f491

  constructor(every) {
    this.#every = every
  }

  /** How many additions this one stands for; 0: it is not looked at. */
  weigh(kind) {
    if (this.#every === 1) return 1
    const stratum = kind === this.#kind ? this.#last : this.#of(kind)
    if (--stratum.skip > 0) return 0
    if (stratum.exact > 0) {
      if (--stratum.exact > 0) stratum.skip = 1
      else this.#next(stratum)
      return 1
    }
    this.#next(stratum)
    return this.#every
  }

  /** One of this kind came from a place that was not known: the next ones are worth a look. */
  surprised(kind) {
    const stratum = this.#kinds.get(kind) ?? this.#others
    stratum.exact = Math.max(stratum.exact, MORE)
    stratum.skip = 1
  }

  #next(stratum) {
    const now = performance.now()
    if (now - stratum.since >= A_WHILE_MS) {
      stratum.exact = FIRST
      stratum.skip = 1
    } else {
      stratum.skip = this.#gap()
    }
    stratum.since = now
  }

  #of(kind) {
    const stratum = this.#kinds.get(kind) ?? this.#new(kind)
    this.#kind = kind
    this.#last = stratum
    return stratum
  }

  #new(kind) {
    if (this.#kinds.size >= KINDS) return this.#others
    const made = stratum()
    this.#kinds.set(kind, made)
    return made
  }

  // `Math.random` belongs to the app, which may have put a seeded one there. The mean of these is `every`.
  #gap() {
    let seed = this.#seed
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    this.#seed = seed
    return 1 + ((seed >>> 0) % (2 * this.#every - 1))
  }
}

function stratum() {
  return { exact: FIRST, skip: 1, since: performance.now() }
}

module.exports = { Strata }
