'use strict'

const { performance } = require('node:perf_hooks')
const { Evidence } = require('./evidence.js')

/** From one look to the next: so many full collections, or so long where there are few. */
const SPACING = 3
const LONG_MS = 60_000
/** By the trend so much has to have come since the last look; where it has not, a look comes after so many collections. */
const LEAST_BYTES = 128 * 1024
const PATIENCE = 12
/** Looks at which the same holder has grown each time. */
const PROOF = 3
/** Looks without growth: the next one comes when the trend is sure, or after so many collections. */
const CLEARED = 2
const REST = 30
/** Collections without suspicion after which the looks are of another time. */
const CALM = 20
/** The heap itself has to grow by this part of what the trend says, or the trend is wrong. */
const REAL = 0.3
/** What the heap said once, where it cannot be asked again, is of that time: a leak can have begun since. */
const OVERDUE = 2
/** A holder that grew by less of the heap's growth is no reason to speak before the trend is sure. */
const SHARE = 0.2
/**
 * What can be filling up to a bound, which only time tells: the trend has to be sure of it too. Listeners on one emitter, intervals,
 * reactions of one promise, closures that hold closures have no bound to fill up to.
 */
const UNBOUNDED = new Set(['listener', 'promise', 'closure', 'async-context', 'context'])
const GROWS = new Set(['suspicious', 'confirmed'])
const IN_THE_HEAP = new Set(['heap', 'external'])

/**
 * When the heap is looked at, and what follows. Suspicion takes a first look; later ones, some collections apart, are compared with
 * those before. The answer of `judge` is
 *
 * - `undefined`: nothing yet;
 * - `{ confirmedBy: 'evidence' | 'trend', ...finding }`: it leaks. By evidence where one holder that has no bound grew between three
 *   looks; by the trend where that is sure and the heap does not say otherwise: it grows where it is looked at, or cannot be looked at.
 */
class Inquiry {
  #evidence
  #at = 0
  #time = 0
  #calm = 0
  #empty = 0
  #first
  /** By the trend so much had come when the heap said no; `undefined`: it did not. */
  #vetoed
  #missing
  /** What grew between the looks so far. */
  #seen = []
  #unaffordable = false
  #busy = false

  constructor(options) {
    this.#evidence = new Evidence(options)
  }

  /** Suspects of the looks so far, before anything is sure. */
  get seen() {
    return this.#seen
  }

  async judge(verdict, collections) {
    if (this.#busy) return undefined
    const { state, kind, leak } = verdict
    if (!GROWS.has(state)) {
      if (state === 'quiet' || collections - this.#calm > CALM) this.#rest()
      return undefined
    }
    this.#calm = collections
    if (!leak && !IN_THE_HEAP.has(kind)) return undefined
    const isBlind = !this.#evidence.affordable || this.#missing !== undefined
    if (!isBlind && !this.#isTime(verdict, collections)) return undefined
    this.#busy = true
    try {
      return await (isBlind ? this.#without(verdict) : this.#look(verdict, collections))
    } finally {
      this.#busy = false
    }
  }

  #isTime({ leak, bytesPerHour }, collections) {
    if (this.#evidence.looks === 0) return true
    const since = collections - this.#at
    const elapsed = performance.now() - this.#time
    if (since < SPACING && elapsed < LONG_MS) return false
    if (leak) return true
    if (this.#evidence.looks >= PROOF && this.#empty === 0) return false
    if (this.#empty >= CLEARED) return since >= REST
    return (bytesPerHour / 36e5) * elapsed >= LEAST_BYTES || since >= PATIENCE
  }

  async #look(verdict, collections) {
    const finding = await this.#evidence.look({ isUrgent: verdict.leak })
    this.#at = collections
    const before = this.#time
    this.#time = performance.now()
    if (finding.missing !== undefined) {
      this.#missing = finding.missing
      this.#unaffordable = finding.unaffordable
      return this.#without(verdict)
    }
    const { growth } = finding
    if (growth === undefined) {
      this.#first = this.#time
      return undefined
    }
    this.#seen = growth.suspects
    this.#empty = growth.suspects.length > 0 ? 0 : this.#empty + 1
    const grown = growth.totalSizes.at(-1) - growth.totalSizes[0]
    const expected = (verdict.bytesPerHour / 36e5) * (this.#time - (this.#first ?? before))
    const { evidence, walkerReason, capture } = finding
    const told = { evidence, walkerReason, suspects: growth.suspects, looks: growth.looks, capture }
    if (verdict.leak) {
      const isVetoed = verdict.kind === 'heap' && growth.suspects.length === 0 && grown < expected * REAL
      this.#vetoed = isVetoed ? verdict.growthBytes : undefined
      if (!isVetoed) return { confirmedBy: 'trend', ...told }
    } else if (growth.looks >= PROOF && isProof(growth, grown)) return { confirmedBy: 'evidence', ...told }
    // What did not grow by the path it has now may do so from here on.
    if (growth.suspects.length === 0) {
      this.#evidence.forget({ last: true })
      this.#first = this.#time
    }
    return undefined
  }

  /** The trend alone, where the heap could not be asked; not where it was, and said no, unless twice as much has come since. */
  async #without(verdict) {
    if (!verdict.leak || (verdict.kind === 'heap' && verdict.growthBytes < this.#vetoed * OVERDUE)) return undefined
    const counted = this.#unaffordable ? await this.#evidence.count() : {}
    return { confirmedBy: 'trend', evidence: 'trend', suspects: [], missing: this.#missing ?? this.#evidence.exhausted, ...counted }
  }

  #rest() {
    this.#evidence.forget()
    this.#empty = 0
    this.#seen = []
    this.#vetoed = undefined
    this.#missing = undefined
    this.#unaffordable = false
  }

  keep() {
    return this.#evidence.keep()
  }

  stop() {
    this.#evidence.stop()
  }
}

function isProof({ suspects: [first] }, grown) {
  if (first === undefined || first.retainedDelta < grown * SHARE) return false
  return UNBOUNDED.has(first.cause) || (first.cause === 'timer' && first.name.startsWith('setInterval'))
}

module.exports = { Inquiry }
