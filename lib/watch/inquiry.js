'use strict'

const { performance } = require('node:perf_hooks')
const { Episode, PROOF, SHOWS_BYTES } = require('./episode.js')
const { Evidence } = require('./evidence.js')
const { Obstacle } = require('./obstacle.js')

/** From one look to the next: so many full collections, or so long where there are few. */
const SPACING = 2
const LONG_MS = 60_000
/** By the trend so much has to have come since the last look; where it has not, a look comes after so many collections. */
const LEAST_BYTES = 128 * 1024
const PATIENCE = 12
/** Looks without growth: the next one comes when the trend is sure, or after so many collections. */
const CLEARED = 2
const REST = 30
/** So many collections after it was suspected last it is still looked at; and after so many without a reason to, the looks are of another time. */
const EPISODE = 20
const CALM = 60
/** Parts of the budget of looks that a hint and a suspicion leave for what is surer. */
const REST_OF = { hint: 0.5, suspicion: 0.25, sure: 0 }
const GROWS = new Set(['suspicious', 'confirmed'])
const IN_THE_HEAP = new Set(['heap', 'external'])

/**
 * When the heap is looked at, and what follows. Suspicion takes a first look, or what may become one; later ones, some collections apart, are
 * compared with those before. The answer of `judge` is
 *
 * - `undefined`: nothing yet;
 * - `{ confirmedBy: 'evidence' | 'trend', ...finding }`: it leaks. By evidence where one holder that has no bound grew between three
 *   looks; by the trend where that is sure and the heap does not say otherwise: it grows where it is looked at, or cannot be looked at.
 */
class Inquiry {
  #evidence
  #episode = new Episode()
  /** `undefined`: the heap can be looked at. */
  #obstacle
  /** The last look: after so many collections, and when. */
  #at = 0
  #time = 0
  /** After so many collections it was suspected last, and there was a reason to look. */
  #suspected = -Infinity
  #reasoned = 0
  #busy = false

  constructor(options) {
    this.#evidence = new Evidence(options)
  }

  /** Suspects of the looks so far, before anything is sure. */
  get seen() {
    return this.#episode.suspects
  }

  async judge(verdict, collections) {
    if (this.#busy) return undefined
    const { state, kind, leak } = verdict
    const isSuspicious = GROWS.has(state) && (leak || IN_THE_HEAP.has(kind))
    // What was looked at for less than suspicion is asked anew.
    if (isSuspicious && collections - this.#suspected > EPISODE) this.#episode.empty = 0
    if (isSuspicious) this.#suspected = collections
    // Under a load that wanders there is a judgement that nothing grows between any two that say it does.
    const isSuspected = collections - this.#suspected <= EPISODE
    // So much in the first readings of a process: there is something to compare with when it is suspected.
    const isHint = !isSuspected && state === 'watching' && verdict.growthBytes >= SHOWS_BYTES && this.#evidence.cheap
    if (isSuspicious || isHint) this.#reasoned = collections
    else if (collections - this.#reasoned > CALM) this.#rest()
    if (!isSuspected && !isHint) return undefined
    const proof = isSuspicious ? this.#episode.takeProof() : undefined
    if (proof !== undefined) return proof
    // No look shows what native code allocates, only what grew in the heap meanwhile.
    if (kind === 'native' && !leak) return undefined
    if (kind === 'native') return alone(NATIVE)
    const rest = verdict.leak ? REST_OF.sure : isHint ? REST_OF.hint : REST_OF.suspicion
    const isBlind = this.#obstacle?.blocks || !this.#evidence.budget.has(rest)
    // A third look is for what is suspected, or may be proven without; a fourth for what was proven.
    if (isHint && this.#evidence.looks >= PROOF - 1 && !this.#episode.mayBeTold(this.#evidence.looks)) return undefined
    if (!isBlind && !this.#isTime(verdict, collections)) return undefined
    this.#busy = true
    try {
      return await (isBlind ? this.#without(verdict) : this.#look(verdict, collections, isSuspicious))
    } finally {
      this.#busy = false
    }
  }

  #isTime(verdict, collections) {
    if (this.#evidence.looks === 0) return true
    const { empty, proven, mayBeProven, began } = this.#episode
    const since = collections - this.#at
    const now = performance.now()
    const elapsed = now - this.#time
    if (since < SPACING && elapsed < LONG_MS) return false
    if (verdict.leak) {
      // The last look is far enough from the first for a holder to show.
      if (now - began < LONG_MS && comeIn(now - began, verdict) < SHOWS_BYTES) return false
      if (!this.#episode.isRipe(now) && lastsFor(LONG_MS, verdict)) return false
      // What the heap said no to is asked of it again when it may say something else.
      return !this.#episode.denies(verdict) || since >= REST || elapsed >= (REST / SPACING) * LONG_MS
    }
    if (this.#evidence.looks >= PROOF && empty === 0 && proven !== PROOF) {
      // A load comes and goes, and what leaks beside it stands out with time: half as much again, each time.
      if (!mayBeProven || elapsed < (this.#time - began) / 2) return false
    }
    if (empty >= CLEARED) return since >= REST
    return comeIn(elapsed, verdict) >= LEAST_BYTES || since >= PATIENCE
  }

  async #look(verdict, collections, isSuspicious) {
    const finding = await this.#evidence.look({ isUrgent: verdict.leak })
    const before = this.#time
    this.#at = collections
    this.#time = performance.now()
    if (finding.missing !== undefined) return this.#failed(finding, verdict, isSuspicious)
    this.#obstacle = undefined
    if (finding.growth === undefined) {
      this.#episode.begin(this.#time)
      return undefined
    }
    const expected = comeIn(this.#time - (this.#episode.began ?? before), verdict)
    const told = this.#episode.add(finding, verdict, { time: this.#time, expected, isSuspicious, canLook: lastsFor(LONG_MS, verdict) && this.#evidence.budget.has() })
    // What did not grow by the path it has now may do so from here on.
    if (told === undefined && finding.growth.suspects.length === 0) {
      this.#evidence.forget({ last: true })
      this.#episode.begin(this.#time)
    }
    return told
  }

  async #failed(finding, verdict, isSuspicious) {
    this.#obstacle ??= new Obstacle()
    this.#obstacle.met(finding)
    if (!isSuspicious) return undefined
    // Now, and not when the trend is sure: there is something to compare with then.
    return this.#without(verdict, this.#obstacle.isOfMemory ? await this.#evidence.count() : undefined)
  }

  /**
   * The trend alone, where the heap could not be asked; not where it was, and said no, unless twice as much has come since, and not while
   * there is time to wait until it can be asked.
   */
  async #without(verdict, count) {
    if (!verdict.leak || (verdict.kind === 'heap' && this.#episode.denies(verdict))) return undefined
    const maySee = this.#obstacle === undefined || this.#obstacle.mayPass
    if (maySee && lastsFor(this.#evidence.budget.pauseMs, verdict)) return undefined
    const counted = count ?? (this.#obstacle?.isOfMemory ? await this.#evidence.count() : {})
    return { ...alone(this.#obstacle?.missing ?? this.#evidence.exhausted), ...counted, ...this.#episode.withheld }
  }

  #rest() {
    this.#evidence.forget()
    this.#episode = this.#episode.next()
    this.#obstacle = undefined
  }

  keep() {
    return this.#evidence.keep()
  }

  stop() {
    this.#evidence.stop()
  }
}

const NATIVE = 'memory that native code allocates is in no look at the heap: an allocation profiler of the system shows it, such as heaptrack'

/** The trend is sure, and this is why the heap says nothing. */
function alone(missing) {
  return { confirmedBy: 'trend', evidence: 'trend', suspects: [], missing }
}

/** So many bytes come in so many ms, by the trend. */
function comeIn(ms, { bytesPerHour }) {
  return (bytesPerHour / 36e5) * ms
}

/** Whether the process lives for so many ms, by the trend. */
function lastsFor(ms, { reachesLimitAt = Infinity, time }) {
  return ms < Infinity && !(reachesLimitAt - time < ms)
}

module.exports = { Inquiry }
