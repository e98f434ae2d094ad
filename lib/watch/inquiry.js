'use strict'

const { performance } = require('node:perf_hooks')
const { Evidence } = require('./evidence.js')

/** From one look to the next: so many full collections, or so long where there are few. */
const SPACING = 3
const LONG_MS = 60_000
/** By the trend so much has to have come since the last look; where it has not, a look comes after so many collections. */
const LEAST_BYTES = 128 * 1024
const PATIENCE = 12
/**
 * Where the trend is sure, the last look comes when so much more should be there than at the first, by which a holder shows; or after a minute.
 * In the first readings of a process so much growth is a reason to look, where looks are cheap: there is something to compare with when it is suspected.
 */
const SHOWS_BYTES = 512 * 1024
/** Looks at which the same holder has grown each time: of what is suspected, and of what the trend alone would not be suspected for. */
const PROOF = 3
const LONG_PROOF = 4
/** Looks without growth: the next one comes when the trend is sure, or after so many collections. */
const CLEARED = 2
const REST = 30
/** So many collections after it was suspected last it is still looked at; and after so many without a reason to, the looks are of another time. */
const EPISODE = 20
const CALM = 60
/** The heap itself has to grow by this part of what the trend says, or the trend is wrong. */
const REAL = 0.3
/** What the heap said once, where it cannot be asked again, is of that time: a leak can have begun since. */
const OVERDUE = 2
/** Between two looks a load can grow like a leak: where the second grew by that part of the first, a third look tells them apart. */
const CONTESTED = 0.2
/** What holds less of what came outside of the heap does not hold that. */
const SHARE = 0.2
/** A holder that grew by less of the heap's growth is no reason to speak before the trend is sure. */
const PART = 0.1
/** Of two that grew alike, the one that has no bound to fill up to leaks. */
const WEIGHT = 2
/**
 * What can be filling up to a bound, which only time tells: the trend has to be sure of it too. Listeners on one emitter, intervals,
 * reactions of one promise, closures that hold closures have no bound to fill up to.
 */
const UNBOUNDED = new Set(['listener', 'promise', 'closure', 'async-context', 'context'])
/** After a look that failed: how soon there is another one at first, and at most; each failure doubles it. The budget counts them all. */
const FIRST_RETRY_MS = 5_000
const LAST_RETRY_MS = 600_000
/** Where what kept a look from the heap may pass, so many are tried before a trend that is sure is told without one. */
const TRIES = 3
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
  #at = 0
  #time = 0
  #suspected = -Infinity
  #calm = 0
  #empty = 0
  #first
  /** By the trend so much had come when the heap said no; `undefined`: it did not. */
  #vetoed
  /** So much had come when what grows was first seen to have a bound to fill up to; `undefined`: it was not. */
  #filling
  #missing
  #failures = 0
  /** When the heap can be asked again. */
  #again = 0
  #mayPass = false
  /** What grew between the looks so far. */
  #seen = []
  #unaffordable = false
  #busy = false
  /** Looks at which one holder without a bound grew each time; 0: there is none. */
  #proven = 0
  /** What is told by evidence as soon as it is suspected again. */
  #proof

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
    const isSuspicious = GROWS.has(state) && (leak || IN_THE_HEAP.has(kind))
    // What was looked at for less than suspicion is asked anew.
    if (isSuspicious && collections - this.#suspected > EPISODE) this.#empty = 0
    if (isSuspicious) this.#suspected = collections
    // Under a load that wanders there is a judgement that nothing grows between any two that say it does.
    const isSuspected = collections - this.#suspected <= EPISODE
    const isHint = !isSuspected && state === 'watching' && verdict.growthBytes >= SHOWS_BYTES && this.#evidence.cheap
    if (isSuspicious || isHint) this.#calm = collections
    else if (collections - this.#calm > CALM) this.#rest()
    if (!isSuspected && !isHint) return undefined
    const proof = this.#proof
    if (isSuspicious && proof !== undefined) {
      this.#proof = undefined
      return proof
    }
    // No look shows what native code allocates, only what grew in the heap meanwhile.
    if (kind === 'native' && !leak) return undefined
    if (kind === 'native') return { confirmedBy: 'trend', evidence: 'trend', suspects: [], missing: NATIVE }
    const isBlind = performance.now() < this.#again || !this.#evidence.affordable
    // A third look is for what is suspected, or what may be proven without.
    if (isHint && this.#evidence.looks >= PROOF - 1 && this.#proven !== this.#evidence.looks) return undefined
    if (!isBlind && !this.#isTime(verdict, collections)) return undefined
    this.#busy = true
    try {
      return await (isBlind ? this.#without(verdict) : this.#look(verdict, collections, isSuspicious))
    } finally {
      this.#busy = false
    }
  }

  #isTime({ leak, growthBytes, bytesPerHour }, collections) {
    if (this.#evidence.looks === 0) return true
    const since = collections - this.#at
    const elapsed = performance.now() - this.#time
    if (since < SPACING && elapsed < LONG_MS) return false
    if (leak && this.#first !== undefined) {
      const compared = performance.now() - this.#first
      if (compared < LONG_MS && (bytesPerHour / 36e5) * compared < SHOWS_BYTES) return false
    }
    // What the heap said no to is asked of it again when it may say something else.
    if (leak) return !(growthBytes < this.#vetoed * OVERDUE) || since >= REST || elapsed >= (REST / SPACING) * LONG_MS
    if (this.#evidence.looks >= PROOF && this.#empty === 0 && this.#proven !== PROOF) return false
    if (this.#empty >= CLEARED) return since >= REST
    return (bytesPerHour / 36e5) * elapsed >= LEAST_BYTES || since >= PATIENCE
  }

  async #look(verdict, collections, isSuspicious) {
    const finding = await this.#evidence.look({ isUrgent: verdict.leak })
    this.#at = collections
    const before = this.#time
    this.#time = performance.now()
    if (finding.missing !== undefined) {
      this.#missing = finding.missing
      this.#unaffordable = finding.unaffordable
      this.#mayPass = finding.mayPass
      this.#again = this.#time + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++)
      if (!isSuspicious) return undefined
      // Now, and not when the trend is sure: there is something to compare with then.
      return this.#without(verdict, this.#unaffordable ? await this.#evidence.count() : undefined)
    }
    this.#seeing()
    const { growth } = finding
    if (growth === undefined) {
      this.#first = this.#time
      return undefined
    }
    // What grew until now and paused is what there is to name, where nothing else is.
    const named = growth.suspects.length > 0 ? growth.suspects : this.#seen
    this.#seen = growth.suspects
    this.#empty = growth.suspects.length > 0 ? 0 : this.#empty + 1
    const grown = growth.totalSizes.at(-1) - growth.totalSizes[0]
    const expected = (verdict.bytesPerHour / 36e5) * (this.#time - (this.#first ?? before))
    const { evidence, walkerReason, capture } = finding
    const suspects = holdersOf(named, verdict, expected)
    const told = { evidence: suspects.length > 0 ? evidence : 'trend', walkerReason, suspects, looks: growth.looks, capture }
    if (verdict.leak) {
      const isUnseen = verdict.kind === 'heap' && growth.suspects.length === 0 && grown < expected * REAL
      const isFilling = suspects[0]?.bound !== undefined && !(verdict.growthBytes >= this.#filling * OVERDUE)
      if (isFilling) this.#filling ??= verdict.growthBytes
      this.#vetoed = isUnseen ? verdict.growthBytes : isFilling ? this.#filling : undefined
      if (growth.looks < PROOF && growth.suspects.length > 0 && isContested(suspects) && !endsSoon(verdict) && this.#evidence.affordable) return undefined
      if (!isUnseen && !isFilling) return { confirmedBy: 'trend', ...told }
    } else {
      const leaks = growth.suspects.find((suspect) => isUnbounded(suspect) && suspect.retainedDelta >= grown * PART)
      this.#proven = leaks ? growth.looks : 0
      const proof = this.#proven >= PROOF ? { confirmedBy: 'evidence', ...told, evidence, suspects: [leaks, ...suspects.filter((other) => other !== leaks)] } : undefined
      if (isSuspicious && proof !== undefined) return proof
      if (this.#proven >= LONG_PROOF && verdict.growthBytes >= SHOWS_BYTES) return { kind: 'heap', ...proof }
      this.#proof = proof
    }
    // What did not grow by the path it has now may do so from here on.
    if (growth.suspects.length === 0) {
      this.#evidence.forget({ last: true })
      this.#first = this.#time
    }
    return undefined
  }

  /** The trend alone, where the heap could not be asked; not where it was, and said no, unless twice as much has come since. */
  async #without(verdict, count) {
    if (!verdict.leak || (verdict.kind === 'heap' && verdict.growthBytes < this.#vetoed * OVERDUE)) return undefined
    if (this.#mayPass && this.#failures < TRIES && this.#evidence.affordable) return undefined
    const missing = this.#missing ?? this.#evidence.exhausted
    return { confirmedBy: 'trend', evidence: 'trend', suspects: [], missing, ...(count ?? (this.#unaffordable && (await this.#evidence.count()))) }
  }

  #rest() {
    this.#evidence.forget()
    this.#empty = 0
    this.#seen = []
    this.#proof = undefined
    this.#proven = 0
    this.#vetoed = this.#filling = undefined
    this.#seeing()
  }

  /** The heap can be looked at. */
  #seeing() {
    this.#missing = undefined
    this.#unaffordable = false
    this.#mayPass = false
    this.#failures = 0
    this.#again = 0
  }

  keep() {
    return this.#evidence.keep()
  }

  stop() {
    this.#evidence.stop()
  }
}

const NATIVE = 'memory that native code allocates is in no look at the heap: an allocation profiler of the system shows it, such as heaptrack'

/** What holds what came, the likeliest first. Buffers are held by objects: one that does not hold what came of them is not their holder. */
function holdersOf(suspects, { kind }, expected) {
  const weight = (suspect) => suspect.retainedDelta * (isUnbounded(suspect) ? WEIGHT : 1)
  const holders = kind === 'external' ? suspects.filter(({ retainedDelta }) => retainedDelta >= expected * SHARE) : suspects
  return holders.toSorted((one, other) => weight(other) - weight(one))
}

function isContested([first, second]) {
  return second !== undefined && second.retainedDelta >= first.retainedDelta * CONTESTED
}

/** The process may not live to see another look. */
function endsSoon({ reachesLimitAt, time }) {
  return reachesLimitAt - time < LONG_MS
}

function isUnbounded({ cause, name }) {
  return UNBOUNDED.has(cause) || (cause === 'timer' && name.startsWith('setInterval'))
}

module.exports = { Inquiry }
