'use strict'

const { LeakguardError } = require('../errors.js')
const { walkerRefusal } = require('../capture/walker.js')
const { trackListeners } = require('../track/listeners.js')
const { Call } = require('./call.js')
const { checked, matches } = require('./options.js')
const { beginLook, gather } = require('./evidence.js')
const { Trial, rehearse } = require('./trial.js')
const { accusation, undecided } = require('./message.js')
const { writeReport } = require('./report.js')

/** How often the heap is looked at before it cannot be decided, and how many batches there are after each time. */
const ROUNDS = 2
const SETTLING = 4
/** Places of listeners that are told, and of the calls, how many must have left one there. */
const SITES = 3
const SHARE = 1 / 20

/**
 * Whether a call of `fn` leaks. Answers `{ leaks, text, ... }`: cleared by the readings, or by a look at the heap; accused only
 * with evidence. What can be neither is `ERR_LEAKGUARD_UNDECIDED`.
 */
async function leakOf(fn, given) {
  const options = checked(fn, given)
  return inTurn(() => look(fn, options))
}

async function look(fn, options) {
  const { track } = options
  const others = track.filter((name) => name !== 'listeners')
  const left = others.length < track.length ? await listenersLeft(fn, options) : undefined
  return left?.leaks || others.length === 0 ? left : decide(fn, { ...options, track: others })
}

/** By themselves, because their tracker's own objects come and go in the heap; the places that add them are the evidence. */
async function listenersLeft(fn, options) {
  await rehearse({ ...options, track: ['heap'] })
  const listeners = trackListeners({ sample: 1 })
  try {
    const call = new Call(fn, options)
    const open = await new Trial(call, { ...options, track: ['listeners'], listeners }).run()
    if (open.length === 0) return { leaks: false, name: call.name, calls: call.made }
    const evidence = { looks: 0, suspects: [], classes: [] }
    const sites = sitesOf(listeners, call.made * SHARE, options.ignore)
    if (sites.length === 0 && options.ignore.length > 0) return { leaks: false, name: call.name, calls: call.made }
    const found = { name: call.name, calls: call.made, open, counted: open, evidence, sites }
    if (options.report !== undefined) await writeReport(options.report, found)
    if (sites.length > 0 || open[0].state === 'rising') return { leaks: true, ...found, text: accusation(found, options) }
    throw new LeakguardError('ERR_LEAKGUARD_UNDECIDED', undecided(found))
  } finally {
    listeners.stop()
  }
}

async function decide(fn, options) {
  const call = new Call(fn, options)
  await rehearse(options)
  const trial = new Trial(call, options)
  try {
    return await decided(trial, call, options)
  } finally {
    await trial.dropLook()
  }
}

async function decided(trial, call, options) {
  let open = await trial.run(() => beginLook(options), isCheap(options))
  let evidence
  for (let round = 0; open.length > 0 && round < ROUNDS; round++) {
    evidence = await gather(trial, options, open, trial.look)
    await trial.dropLook()
    const counted = open.filter(({ unit, state }) => unit !== 'bytes' && state === 'rising')
    const found = { name: call.name, calls: call.made, open, counted, evidence }
    if (evidence.suspects.length + evidence.classes.length > 0 || counted.length > 0) {
      if (options.report !== undefined) await writeReport(options.report, found)
      return { leaks: true, ...found, text: accusation(found, options) }
    }
    // Nothing in the heap grew with the calls, but what is ignored. Where it does not grow as a whole either, the readings were of
    // the engine's own steps; where it does, they may settle.
    if (evidence.ignored > 0 || !open.some((channel) => isConfirmed(channel, evidence))) open = []
    else open = await trial.batches(SETTLING)
  }
  if (open.length === 0) return { leaks: false, name: call.name, calls: call.made }
  const found = { name: call.name, calls: call.made, open, evidence }
  if (options.report !== undefined) await writeReport(options.report, found)
  throw new LeakguardError('ERR_LEAKGUARD_UNDECIDED', undecided(found))
}

/** Whether looks walk the heap: V8's snapshot costs too much to be made for what may be cleared by the next batch. */
function isCheap({ walker, mode }) {
  return walker === true || walkerRefusal(walker, mode) === undefined
}

/** Where more listeners were added that live than `few`, most first. */
function sitesOf(listeners, few, ignore) {
  const { sites } = listeners.report({ top: SITES })
  return sites.filter((site) => site.live > few && !matches(ignore, [site.file, site.function, site.type, String(site.event)]))
}

/** Whether what the readings say is seen in the heap as a whole, too. Of other channels than the heap it says nothing. */
function isConfirmed({ name, state, perCall }, { bytesPerCall }) {
  return state === 'rising' && (name !== 'heap' || bytesPerCall >= perCall / 2)
}

let last = Promise.resolve()

/** One at a time: two would measure each other, as tests that run at once do, and one that its runner has given up. */
function inTurn(work) {
  const turn = last.then(work)
  last = turn.catch(() => undefined)
  return turn
}

module.exports = { leakOf }
