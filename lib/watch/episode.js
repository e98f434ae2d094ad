'use strict'

const { KEPT } = require('./evidence.js')

/** Where the trend is sure, the heap itself has to grow by this part of what the trend says, or the trend is wrong. */
const REAL = 0.3
/** What the heap said once, where it cannot be asked again, is of that time: a leak can have begun since. */
const OVERDUE = 2
/** Where the second grew by that part of the first, a third look tells which it was. */
const CONTESTED = 0.2
/** What holds less of what came outside of the heap does not hold that. */
const SHARE = 0.2
/** A holder that grew by less of the heap's growth is no reason to speak before the trend is sure. */
const PART = 0.1
/** A holder that was about as large before, and shrank since, comes and goes with the load: so much of its growth has to be new. */
const NEW = 0.5
/** Holders whose size is remembered. */
const MOST_PEAKS = 1000
/** Of several steps the last one has to be so long, of the time since the first look, or so many ms, and so much of what the holder grew by in that time. */
const LAST = 0.25
const LONG_ENOUGH_MS = 600_000
const STEADY = 0.5
/** So often a trend that is sure is left open for another look: what grows by leaps, with nothing between, is told then. */
const MOST_OPEN = 4
/** What grew and does not is named where nothing else is, but not before so many looks in a row have seen nothing grow. */
const PAUSED = 2
/** Of two that grew alike, the one that has no bound to fill up to leaks. */
const WEIGHT = 2
/** Looks at which the same holder has grown each time: of what is suspected, and of what the trend alone would not be suspected for. */
const PROOF = 3
const LONG_PROOF = 4
/** By the trend so much more should be there at the last look than at the first, by which a holder shows. */
const SHOWS_BYTES = 512 * 1024
/**
 * What can be filling up to a bound, which only time tells: the trend has to be sure of it too. Listeners on one emitter, intervals,
 * reactions of one promise, closures that hold closures have no bound to fill up to.
 */
const UNBOUNDED = new Set(['listener', 'promise', 'closure', 'async-context', 'context'])

/** What the looks of one time have said, and what is told because of them. */
class Episode {
  /** When the looks were made that are compared, and the one before. */
  #times = []
  /** How large holders were in looks that are compared no more, by fingerprint; and in those that are. */
  #peaks
  #sizes = new Map()
  /** At how many comparisons in a row each holder has grown, by fingerprint. */
  #streaks = new Map()
  /** What grew until the last look. */
  suspects = []
  /** Looks in a row between which nothing grew. */
  empty = 0
  /** Looks at which one holder without a bound grew each time; 0: there is none. */
  proven = 0
  /** None is, but one grew each time that is little beside what else came. */
  mayBeProven = false
  /** By how much the heap grew at most between looks that were compared. */
  #grown = 0
  /** What is told by evidence as soon as it is suspected again. */
  #proof
  /** By the trend so much had come when the heap said no; `undefined`: it did not. */
  #denied
  /** So much had come when what grows was first seen to have a bound to fill up to; `undefined`: it was not. */
  #filling
  /** A look before found a sure trend as well; and how often one was left open. */
  #wasSure = false
  #opened = 0
  /** What would have been told, had there been no other look to come. */
  withheld

  constructor(peaks = new Map()) {
    this.#peaks = peaks
  }

  /** When the first of the looks that are compared was made; `undefined`: there is none. */
  get began() {
    return this.#times.at(-KEPT) ?? this.#times[0]
  }

  /** Whether a look at this time is far enough from those before to tell whether they went on like that. */
  isRipe(time) {
    const since = time - this.#times.at(-1)
    return this.#times.length < 2 || since >= LONG_ENOUGH_MS || since >= LAST * (time - this.began)
  }

  /** What comes is compared with a look of this time, if there is one. */
  begin(...times) {
    this.#times = times
    this.#wasSure = false
    for (const [holder, size] of this.#sizes) this.#peaks.set(holder, Math.max(size, this.#peaks.get(holder) ?? 0))
    this.#sizes.clear()
    this.#grown = 0
    if (this.#peaks.size > MOST_PEAKS) this.#peaks.clear()
  }

  /** The time of other looks, which may last longer than this one. */
  next() {
    this.begin()
    return new Episode(this.#peaks)
  }

  /** Whether the heap said that it does not leak, and no more than that has come since. */
  denies({ growthBytes }) {
    return growthBytes < this.#denied * OVERDUE
  }

  /** Whether another look after so many may tell what leaks before it is suspected. */
  mayBeTold(looks) {
    return this.proven === looks || (this.mayBeProven && looks < PROOF)
  }

  /** What was proven while it was not suspected, once. */
  takeProof() {
    const proof = this.#proof
    this.#proof = undefined
    return proof
  }

  /**
   * Takes what a look at this time saw grow since those before it, and answers what is told because of it, or nothing. `expected`: so much has come by the
   * trend meanwhile; `canLook`: there can be another look, and in time.
   */
  add(finding, verdict, { time, expected, isSuspicious, canLook }) {
    const { growth, evidence, walkerReason, capture } = finding
    this.#times = [...this.#times.slice(-KEPT), time]
    this.empty = growth.suspects.length > 0 ? 0 : this.empty + 1
    // What grew until now and paused is what there is to name, where nothing else is.
    const named = growth.suspects.length > 0 ? growth.suspects : this.suspects
    this.suspects = this.empty < PAUSED ? named : []
    for (const { fingerprint, sizes } of growth.suspects) this.#sizes.set(fingerprint, Math.max(...sizes, this.#sizes.get(fingerprint) ?? 0))
    this.#streaks = new Map(growth.suspects.map(({ fingerprint }) => [fingerprint, 1 + (this.#streaks.get(fingerprint) ?? 0)]))
    const suspects = this.#ranked(holdersOf(named, verdict, expected))
    const told = { evidence: suspects.length > 0 ? evidence : 'trend', walkerReason, suspects, looks: growth.looks, capture }
    const wasSure = this.#wasSure
    this.#wasSure ||= verdict.leak
    const bySureTrend = verdict.leak ? this.#bySureTrend(growth, verdict, told, { expected, canLook, wasSure }) : undefined
    return bySureTrend ?? this.#byEvidence(growth, verdict, { ...told, evidence }, isSuspicious)
  }

  /** What grew before as well comes first, unless it is little: what a load holds comes and goes. */
  #ranked(suspects) {
    const least = PART * Math.max(0, ...suspects.map(({ retainedDelta }) => retainedDelta))
    const isLasting = (one) => this.#streaks.get(one.fingerprint) > 1 && one.retainedDelta >= least && !this.#comesAndGoes(one)
    return [...suspects.filter(isLasting), ...suspects.filter((suspect) => !isLasting(suspect))]
  }

  /** The trend is sure: the heap says where, or that it is wrong, or that only time tells. */
  #bySureTrend(growth, { kind, growthBytes }, told, { expected, canLook, wasSure }) {
    const [likeliest] = told.suspects
    const isGrowing = growth.suspects.length > 0
    const isUnseen = kind === 'heap' && !isGrowing && grownBy(growth) < expected * REAL
    const isLoad = canLook && isGrowing && likeliest !== undefined && this.#comesAndGoes(likeliest)
    const isFilling = likeliest?.bound !== undefined && !(growthBytes >= this.#filling * OVERDUE)
    if (isFilling) this.#filling ??= growthBytes
    this.#denied = isUnseen || isLoad ? growthBytes : isFilling ? this.#filling : undefined
    if (isUnseen || isLoad || isFilling) return undefined
    if (!canLook || !this.#isOpen(growth, told.suspects, wasSure) || ++this.#opened > MOST_OPEN) return { confirmedBy: 'trend', ...told }
    this.withheld = told
    return undefined
  }

  #comesAndGoes({ fingerprint, sizes, retainedDelta }) {
    return sizes.at(-1) - (this.#peaks.get(fingerprint) ?? 0) < retainedDelta * NEW
  }

  /**
   * Whether another look says more. Two looks do not tell which of two it was; and what has a bound can be a load that grew for a while: it has to grow
   * on until another look, at which the trend is still sure.
   */
  #isOpen({ suspects, looks }, named, wasSure) {
    if (named.length === 0) return false
    if (suspects.length === 0) return this.empty < PAUSED
    if (looks < PROOF && isContested(named)) return true
    return !isUnbounded(named[0]) && (looks < PROOF || !wasSure || this.#slowsDown(named[0]))
  }

  #slowsDown({ sizes, retainedDelta }) {
    const times = this.#times.slice(-sizes.length)
    const part = (times.at(-1) - times.at(-2)) / (times.at(-1) - times[0])
    return sizes.at(-1) - sizes.at(-2) < retainedDelta * part * STEADY
  }

  /** The trend is not sure, and need not be of a holder that has no bound to fill up to. */
  #byEvidence(growth, { growthBytes }, told, isSuspicious) {
    // A load that has gone makes nothing larger that was little beside it.
    this.#grown = Math.max(this.#grown, grownBy(growth))
    const least = this.#grown * PART
    const unbounded = growth.suspects.filter(isUnbounded)
    const leaks = unbounded.find(({ retainedDelta }) => retainedDelta >= least)
    this.proven = leaks ? growth.looks : 0
    this.mayBeProven = leaks === undefined && unbounded.length > 0
    const others = told.suspects.filter((other) => other !== leaks)
    const proof = this.proven >= PROOF ? { confirmedBy: 'evidence', ...told, suspects: [leaks, ...others] } : undefined
    if (isSuspicious && proof !== undefined) return proof
    if (this.proven >= LONG_PROOF && growthBytes >= SHOWS_BYTES) return { kind: 'heap', ...proof }
    this.#proof = proof
    return undefined
  }
}

/** By how much the heap grew between the looks. */
function grownBy({ totalSizes }) {
  return totalSizes.at(-1) - totalSizes[0]
}

/** What holds what came, the likeliest first. Buffers are held by objects: one that does not hold what came of them is not their holder. */
function holdersOf(suspects, { kind }, expected) {
  const weight = (suspect) => suspect.retainedDelta * (isUnbounded(suspect) ? WEIGHT : 1)
  const holders = kind === 'external' ? suspects.filter(({ retainedDelta }) => retainedDelta >= expected * SHARE) : suspects
  return holders.toSorted((one, other) => weight(other) - weight(one))
}

function isContested([first, second]) {
  return second !== undefined && second.retainedDelta >= first.retainedDelta * CONTESTED
}

function isUnbounded({ cause, name }) {
  return UNBOUNDED.has(cause) || (cause === 'timer' && name.startsWith('setInterval'))
}

module.exports = { Episode, PROOF, SHOWS_BYTES }
