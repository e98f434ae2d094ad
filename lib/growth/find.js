'use strict'

const { performance } = require('node:perf_hooks')
const { setTimeout: sleep } = require('node:timers/promises')
const { LIMITS } = require('../analyze.js')
const { CAPTURE_RULES } = require('../capture/take.js')
const { endsWalking, walkerRule } = require('../capture/walker.js')
const { cancelled } = require('../errors.js')
const { validate, integer, duration, boolean, callback } = require('../options.js')
const { GROWTH_RULES, FOLD_RULES } = require('./growth.js')
const { look } = require('./look.js')

const RULES = {
  ...CAPTURE_RULES,
  ...GROWTH_RULES,
  maxPaths: FOLD_RULES.maxPaths,
  limits: LIMITS,
  readScripts: boolean(true),
  walker: walkerRule,
  rounds: integer(2, 100, 3),
  interval: duration('30s', 0),
  onProgress: callback,
}
/** How soon an abort is noticed between looks. */
const ABORT_MS = 100

/**
 * Says what grows in this thread's heap now: takes a census every `interval`, each in a twin where there can be one, and compares
 * them where the last one is taken. No file is left, and nothing but the censuses is kept between looks.
 */
async function findGrowth(given) {
  const { rounds, interval, onProgress, walker: asked, ...options } = validate(given, RULES)
  const before = []
  const captures = []
  let walker = asked
  let reason
  for (let round = 1; ; round++) {
    const started = performance.now()
    const report = onProgress && ((progress) => onProgress({ look: round, looks: rounds, ...progress }))
    const isLast = round === rounds
    let seen
    try {
      seen = await look({ ...options, walker }, isLast ? before : undefined, report)
    } catch (error) {
      if (round === 1 || asked !== 'auto' || walker === false || !mayGoOn(error)) throw error
      // A walk and V8's snapshot are not compared with each other: all looks are made anew.
      walker = false
      reason = `it failed at look ${round}: ${error.message}`
      before.length = captures.length = round = 0
      continue
    }
    const { census, growth, evidence, walkerReason, capture } = seen
    if (round === 1) {
      walker = evidence === 'walker'
      reason ??= walkerReason
    }
    captures.push(capture)
    if (isLast) return { ...growth, evidence, walkerReason: reason, captures }
    before.push(JSON.stringify(census))
    onProgress?.({ look: round, looks: rounds, stage: 'wait', bytes: 0 })
    await until(started + interval, options.signal)
  }
}

/** Can V8's snapshot succeed after this? */
function mayGoOn(error) {
  return endsWalking(error) || error.code === 'ERR_LEAKGUARD_UNSUPPORTED'
}

/** Waits for a moment on the clock that never jumps; the signal is asked, not listened to. */
async function until(moment, signal) {
  for (;;) {
    if (signal?.aborted) throw cancelled('search for growth', signal)
    const rest = moment - performance.now()
    if (rest <= 0) return
    await sleep(Math.min(rest, ABORT_MS))
  }
}

module.exports = { findGrowth }
