'use strict'

const { collectOnce } = require('./collect.js')
const { Readings, CHANNELS } = require('./readings.js')
const { recordedConsole } = require('./console.js')
const { judge } = require('./judge.js')
const { Call, settle } = require('./call.js')

/** Without `iterations` a batch has as many calls as take so long, within bounds, and do not fill the memory. */
const AUTO = { least: 20, most: 2000, ms: 30, bytes: 48 * 2 ** 20 }
/** Batches before a call that is neither cleared nor rising is looked at closely: of a size that was given, or that grows. */
const BATCHES = { fixed: 12, growing: 10 }
/** Batches before that which are all of one size. */
const EVEN = 4
/**
 * Then they are so many times larger: a bounded cache has to be full some time, and a table that is extended now and then has to
 * show it. So long and so large may they be. One is enough of a call whose batches all grew.
 */
const LARGE = { times: 32, ms: 500, bytes: 64 * 2 ** 20 }
/**
 * Of the calls before the first look, so many at least come before the second, and twice as many then: the calls have doubled by the third, and a table that is
 * extended at every doubling has been so.
 */
const DOUBLING = 0.36
/** A look that was begun early is of use for so many batches: of the first large one alone no other channel can be cleared. */
const LOOK_LASTS = 2
/** Calls between looks stand out the better the more they are, within these bounds. */
const BETWEEN_LOOKS = { least: 40, ms: 300, bytes: 8 * 2 ** 20 }
/** A batch that grows is given time before the next reading: finalizers, sockets and promises may be on their way. */
const BACK_OFF_MS = [0, 0, 0, 0, 20, 50, 100, 200]
/**
 * Calls before the heap's bytes can clear a call. Where V8 is not asked right after the collection, it counts the room that it allocates from as used, up to 256 KiB of it: what is kept in
 * there does not show. Fewer calls are looked at closely.
 */
const TELLING = 2000
/** So long is it waited for what is on its way, before it counts as kept. */
const DRAIN_MS = 400
const REHEARSALS = 20

/** The cheap way: batches of calls with a collection after each, until nothing grows any more or something goes on growing. */
class Trial {
  #call
  #options
  #batches = 0
  #console = recordedConsole()
  #backOff
  #collect
  /** Nothing was on its way when the calls had ended. */
  #isDrained = false
  readings

  constructor(call, options, rehearsal = false) {
    this.#call = call
    this.#options = options
    this.#backOff = rehearsal ? [0] : BACK_OFF_MS
    this.#collect = rehearsal ? () => {} : undefined
    this.readings = new Readings(options.track, this.#collect, options.listeners)
    this.readings.own = () => this.look?.bytes ?? 0
  }

  /** Calls in a batch, at first. */
  iterations

  /** A look at the heap, begun at a reading, with `callsBefore`, how many calls there were by then. */
  look

  /**
   * Answers the channels that are not cleared: `[{ name, state, perCall, unit }]`, empty where the call keeps nothing. `beginLook` is called where it may keep
   * something, the look is taken while it is waited for what is on its way; `early`: while the last calls are made as well, because a look costs little.
   */
  async run(beginLook, early = false) {
    await this.#warmUp()
    const open = await this.batches(this.#isFixed ? BATCHES.fixed : BATCHES.growing, early ? beginLook : undefined)
    if (open.length === 0) return open
    await this.#begin(beginLook)
    if (!(await this.#drains(open))) return open
    await this.dropLook()
    // It may have been on its way only, or something else went meanwhile: once more, with time after each batch.
    this.readings.restart()
    this.#batches = 0
    this.#backOff = [DRAIN_MS]
    await this.readings.take(0)
    return this.batches(EVEN + 1)
  }

  /** Begins the first look, where there is none. */
  async #begin(beginLook) {
    if (this.look || !beginLook) return
    this.look = beginLook()
    this.look.callsBefore = this.#call.made
    await this.look.begun
  }

  /** It is of no use any more. */
  async dropLook() {
    await this.look?.end()
    this.look = undefined
  }

  async #warmUp() {
    const { iterations, warmup } = this.#options
    const isAuto = warmup === undefined && iterations === undefined
    const done = await this.#call.run(isAuto ? AUTO.most : (warmup ?? iterations), isAuto ? AUTO : undefined)
    this.iterations = iterations ?? (isAuto ? done : undefined)
    this.#console.trim()
    await this.readings.take(done)
  }

  /** So many batches at most; answers the channels that are still open, among them `few`: what does not grow, over too few calls to say so. */
  async batches(most, beginLook) {
    let open = this.#judged()
    let grew = true
    for (let done = 1; done <= most && !this.readings.full; done++) {
      const batch = ++this.#batches
      await this.#batch(batch > EVEN, grew)
      open = this.#judged()
      if (open.length === 0) return open
      grew = open.some(({ state }) => state !== 'few')
      const isRising = open.every(({ state }) => state === 'rising')
      if (isRising && batch >= (this.#isFixed ? EVEN : EVEN + 1)) return open
      if (isRising && batch === EVEN) await this.#begin(beginLook)
      // It would be compared with a heap that had not settled yet.
      else if (batch >= EVEN + LOOK_LASTS || !open.some(({ state }) => state === 'rising')) await this.dropLook()
    }
    return open
  }

  /** `grew`: whether those before left something. */
  async #batch(isLarge, grew) {
    let calls, limit
    if (this.#isFixed) calls = this.iterations
    else if (this.iterations === undefined) [calls, limit] = [AUTO.most, AUTO]
    else if (!isLarge) [calls, limit] = [this.iterations, AUTO]
    // What fills the memory and goes again, V8 collects when it likes.
    else [calls, limit] = [this.iterations * LARGE.times, { ...LARGE, bytes: grew ? LARGE.bytes : Infinity, least: this.iterations }]
    const wait = grew ? this.#backOff[Math.min(this.#batches, this.#backOff.length - 1)] : 0
    const done = await this.#call.run(calls, limit)
    this.iterations ??= done
    this.#console.trim()
    if (isLarge && grew) await this.#sweep()
    await this.readings.take(done, wait)
  }

  /** What is garbage by now, and its entries in weak tables and registries of finalizers, is no growth. */
  async #sweep() {
    await (this.#collect ?? collectOnce)()
    await settle()
  }

  get #isFixed() {
    return this.#options.iterations !== undefined
  }

  /**
   * Calls after a look at the heap, as many as are quick, those among them that the trial has made since there were `before`. Answers how many.
   */
  async callsAfter(before) {
    const since = this.#call.made - before
    const { least, ...limit } = BETWEEN_LOOKS
    const calls = Math.max(least, this.iterations, this.#isFixed ? 0 : Math.ceil(before * DOUBLING)) - since
    return since + (calls <= 0 ? await this.calls(0) : await this.calls(calls, this.#isFixed ? undefined : { ...limit, least: Math.min(least, calls) }))
  }

  /** So many calls, fewer where a limit is reached; then what is on its way has come, and what is garbage is gone. Answers how many. */
  async calls(count, limit) {
    const bytes = CHANNELS.heap.read()
    const calls = await this.#call.run(count, limit)
    this.#console.trim()
    await settle(this.#isDrained ? 0 : BACK_OFF_MS.at(-1))
    await this.#sweep()
    this.bytesPerCall = (CHANNELS.heap.read() - bytes) / calls
    return calls
  }

  /** By how much the heap grew a call in the last of them. */
  bytesPerCall

  /** How many calls were made so far. */
  get made() {
    return this.#call.made
  }

  /** Whether what grew goes away, the half of it or more, when nobody calls any more. */
  async #drains(open) {
    const { columns, count } = this.readings
    if (this.readings.full || !open.some(({ state }) => state !== 'few')) return false
    await this.readings.take(0, DRAIN_MS, true)
    // That reading has no calls: it is none of the series.
    this.readings.count = count
    const drains = open.some(({ name }) => {
      const [first, last, now] = [columns[name][0], columns[name][count - 1], columns[name][count]]
      return last > first && last - now >= (last - first) / 2
    })
    this.#isDrained = !drains
    return drains
  }

  #judged() {
    const { columns, calls, count, slack } = this.readings
    const found = []
    for (const name in columns) {
      const { unit, grain, most } = CHANNELS[name]
      const tolerance = unit === 'bytes' ? this.#options.tolerance.bytes : this.#options.tolerance.objects
      const { state, perCall } = judge(calls, columns[name], count, { tolerance, grain, most, slack: name === 'heap' ? slack : undefined })
      if (state !== 'clear') found.push({ name, state, perCall, unit })
      else if (name === 'heap' && this.#call.made < TELLING) found.push({ name, state: 'few', perCall, unit })
    }
    return found
  }
}

let rehearsed = false

/**
 * Our own code is new to the engine as well: it is compiled, and fed back on, in the first dozens of batches. That happens here, once,
 * with a call that does nothing and without collections, so that the readings are of the caller's code alone.
 */
async function rehearse(options) {
  if (rehearsed) return
  rehearsed = true
  const rehearsal = { ...options, setup: undefined, teardown: undefined, warmup: undefined, iterations: undefined }
  for (let trial = 0; trial < REHEARSALS; trial++) {
    const kept = []
    const call = new Call(trial % 2 === 0 ? () => {} : async () => kept.push(trial), rehearsal)
    await new Trial(call, { ...rehearsal, iterations: 2 }, true).batches(BATCHES.fixed)
  }
}

module.exports = { Trial, rehearse }

