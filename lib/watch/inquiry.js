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
/** Collections without suspicion after which it is calm. */
const CALM = 20
/** The heap itself has to grow by this part of what the trend says, or the trend is wrong. */
const REAL = 0.3
/** A holder whose growth is so uneven is asked of again: what a load holds comes and goes. */
const EVEN = 0.4
/** Looks after which nothing more is asked. */
const ENOUGH = 5
/**
 * A store by key can be a cache that fills. It is told when the trend has been sure for as long again as it took to be so, unless the
 * limit is nearer than that.
 */
const KEYED = /^(Map|Set|Object|WeakMap) of /
const FILLS = new Set(['cache', 'list', 'global', 'buffer'])
/** What the heap said once, where it cannot be asked again, is of that time: a leak can have begun since. */
const OVERDUE = 2
/** A holder that grew by less of the heap's growth is no reason to speak before the trend is sure. */
const SHARE = 0.2
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
  /** The last collection under suspicion. */
  #calm = -Infinity
  #empty = 0
  /** What grew at the last look, and between the last counts. */
  #found
  #counted
  /** The collections at which the suspicion began, and the trend became sure; until when a store that fills is waited for. */
  #began
  #sure
  #patient = 0
  /** By the trend so much had come when the heap said no; `undefined`: it did not. */
  #vetoed
  #missing
  #failures = 0
  /** When the heap can be asked again. */
  #again = 0
  #mayPass = false
  #unaffordable = false
  #busy = false

  constructor(options) {
    this.#evidence = new Evidence(options)
  }

  /** Suspects of the looks so far, before anything is sure. */
  get seen() {
    return this.#found?.suspects ?? []
  }

  async judge(verdict, collections) {
    if (this.#busy) return undefined
    const { state, kind, leak } = verdict
    if (!GROWS.has(state)) {
      if (state === 'quiet' || collections - this.#calm > CALM) this.#rest()
      return undefined
    }
    this.#calm = collections
    if (this.#evidence.isOfAnotherTime) this.#began = this.#sure = undefined
    this.#began ??= collections
    if (leak) this.#sure ??= collections
    if (!leak && !IN_THE_HEAP.has(kind)) return undefined
    // No look shows what native code allocates, only what grew in the heap meanwhile.
    if (kind === 'native') return { confirmedBy: 'trend', evidence: 'trend', suspects: [], missing: NATIVE }
    const isBlind = performance.now() < this.#again || !this.#evidence.affordable
    if (!isBlind && !this.#isTime(verdict, collections)) return undefined
    this.#busy = true
    try {
      return await (isBlind ? this.#without(verdict, collections) : this.#look(verdict, collections))
    } finally {
      this.#busy = false
    }
  }

  #isTime({ leak, growthBytes, bytesPerHour }, collections) {
    if (this.#evidence.looks === 0) return true
    const since = collections - this.#at
    const elapsed = performance.now() - this.#time
    if (since < SPACING && elapsed < LONG_MS) return false
    if (leak) {
      if (collections < this.#patient) return false
      // What the heap said no to is asked of it again when it may say something else; what showed nothing, ever later.
      if (growthBytes < this.#vetoed * OVERDUE) return since >= REST || elapsed >= (REST / SPACING) * LONG_MS
      return since >= Math.min(REST, SPACING * 2 ** this.#empty) || elapsed >= LONG_MS
    }
    if (this.#evidence.looks >= PROOF && this.#empty === 0) return false
    if (this.#empty >= CLEARED) return since >= REST
    return (bytesPerHour / 36e5) * elapsed >= LEAST_BYTES || since >= PATIENCE
  }

  async #look(verdict, collections) {
    const finding = await this.#evidence.look({ isUrgent: verdict.leak })
    this.#at = collections
    this.#time = performance.now()
    if (finding.missing !== undefined) {
      this.#missing = finding.missing
      this.#unaffordable = finding.unaffordable
      this.#mayPass = finding.mayPass
      this.#again = this.#time + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++)
      return this.#without(verdict, collections)
    }
    this.#seeing()
    const { growth, times, evidence, capture } = finding
    if (growth === undefined) return undefined
    const { suspects, looks, totalSizes } = growth
    const grown = totalSizes.at(-1) - totalSizes[0]
    const holders = holdersOf(suspects, verdict, expectedOf(verdict, times))
    const found = { evidence: holders.length > 0 ? evidence : 'trend', suspects: holders, looks, capture }
    if (verdict.leak && !IN_THE_HEAP.has(verdict.kind)) return { confirmedBy: 'trend', ...found }
    this.#empty = suspects.length > 0 ? 0 : this.#empty + 1
    if (suspects.length === 0 && this.#found !== undefined && this.#empty < CLEARED) {
      // What grew may have stopped, or be held by another way at this one moment: the next look says which.
      this.#evidence.forgetLast()
      return undefined
    }
    this.#found = suspects.length > 0 ? found : undefined
    const isTold = verdict.leak && looks >= PROOF
    this.#vetoed = isTold && this.#isVetoed(verdict, growth, times) ? verdict.growthBytes : undefined
    if (isTold && this.#vetoed === undefined && !isUneven(growth, times) && !this.#mayFill(verdict, collections)) return { confirmedBy: 'trend', ...found }
    if (looks >= PROOF && isProof(growth, grown)) return { confirmedBy: 'evidence', ...found }
    // What did not grow by the path it has now may do so from here on, or show over a longer time.
    if (suspects.length === 0 && !verdict.leak) this.#evidence.forgetLast()
    return undefined
  }

  /** The heap does not grow as the trend says: nothing in it does, and it is as large as before, or larger by chance. */
  #isVetoed(verdict, { suspects, totalSizes }, times) {
    if (verdict.kind !== 'heap' || suspects.length > 0) return false
    const isSteady = totalSizes.every((size, at) => at === 0 || size > totalSizes[at - 1])
    return !isSteady || totalSizes.at(-1) - totalSizes[0] < expectedOf(verdict, times) * REAL
  }

  /** Is what grew most a store that may yet be full? */
  #mayFill({ time, since, reachesLimitAt = Infinity }, collections) {
    const [first] = this.#found?.suspects ?? []
    if (first === undefined || !FILLS.has(first.cause) || !KEYED.test(first.type)) return false
    if (reachesLimitAt - time < time - since) return false
    this.#patient = 2 * this.#sure - this.#began
    return collections < this.#patient
  }

  /**
   * The trend alone, where the heap could not be asked; not where it was, and said no, unless twice as much has come since. With what it
   * said before, or, where a snapshot is too dear, with what grew between counts of its objects.
   */
  async #without(verdict, collections) {
    if (this.#unaffordable && this.#evidence.countable && this.#isTimeToCount(verdict, collections)) {
      this.#at = collections
      this.#time = performance.now()
      this.#counted = await this.#evidence.count()
    }
    if (!verdict.leak || (verdict.kind === 'heap' && verdict.growthBytes < this.#vetoed * OVERDUE)) return undefined
    if (this.#mayPass && this.#failures < TRIES && this.#evidence.affordable) return undefined
    // One count says what there is, and not what grows.
    if (this.#evidence.counts === 1 && this.#evidence.countable) return undefined
    if (this.#found && this.#mayFill(verdict, collections)) return undefined
    const missing = this.#missing ?? this.#evidence.exhausted
    return { confirmedBy: 'trend', evidence: 'trend', suspects: [], missing, ...(this.#found ?? this.#counted) }
  }

  #isTimeToCount({ leak }, collections) {
    if (this.#evidence.counts === 0) return true
    if (!leak && this.#evidence.counts >= PROOF) return false
    return collections - this.#at >= SPACING || performance.now() - this.#time >= LONG_MS
  }

  #rest() {
    if (this.#calm < 0) return
    this.#calm = -Infinity
    this.#evidence.rest()
    this.#patient = 0
    this.#empty = 0
    this.#found = undefined
    this.#counted = undefined
    this.#vetoed = undefined
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

/** Did what grew most do so by fits and starts, where that can still show? */
function isUneven({ suspects: [first], looks }, times) {
  if (first === undefined || looks >= ENOUGH) return false
  const pace = (from, to) => (first.sizes[to] - first.sizes[from]) / (times[to] - times[from])
  const mean = pace(0, looks - 1)
  return first.sizes.some((_, at) => at > 0 && pace(at - 1, at) < mean * EVEN)
}

/** By the trend so much has come between the first look and the last. */
function expectedOf({ bytesPerHour }, times) {
  return (bytesPerHour / 36e5) * (times.at(-1) - times[0])
}

const NATIVE = 'memory that native code allocates is in no look at the heap: an allocation profiler of the system shows it, such as heaptrack'

/** Buffers are held by objects: one that does not hold what came of them is not their holder. */
function holdersOf(suspects, { kind }, expected) {
  return kind === 'external' ? suspects.filter(({ retainedDelta }) => retainedDelta >= expected * SHARE) : suspects
}

function isProof({ suspects: [first] }, grown) {
  if (first === undefined || first.retainedDelta < grown * SHARE) return false
  return UNBOUNDED.has(first.cause) || (first.cause === 'timer' && first.name.startsWith('setInterval'))
}

module.exports = { Inquiry }
