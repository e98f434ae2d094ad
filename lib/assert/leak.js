'use strict'

const { LeakguardError } = require('../errors.js')
const { Call } = require('./call.js')
const { checked } = require('./options.js')
const { gather } = require('./evidence.js')
const { Trial, rehearse } = require('./trial.js')
const { accusation, undecided } = require('./message.js')
const { writeReport } = require('./report.js')

/** How often the heap is looked at before it cannot be decided, and how many batches there are after each time. */
const ROUNDS = 2
const SETTLING = 4

/**
 * Whether a call of `fn` leaks. Answers `{ leaks, text, ... }`: cleared by the readings, or by a look at the heap; accused only
 * with evidence. What can be neither is `ERR_LEAKGUARD_UNDECIDED`.
 */
async function leakOf(fn, given) {
  const options = checked(fn, given)
  return inTurn(() => look(fn, options))
}

async function look(fn, options) {
  const call = new Call(fn, options)
  await rehearse(options)
  const trial = new Trial(call, options)
  let open = await trial.run()
  let evidence
  for (let round = 0; open.length > 0 && round < ROUNDS; round++) {
    evidence = await gather(trial, call, options)
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
