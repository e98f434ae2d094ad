'use strict'

const { performance } = require('node:perf_hooks')
const { LeakguardError, cancelled } = require('../errors.js')
const { boolean, choice, duration, size, abortSignal } = require('../options.js')
const { megabytes, requireHeadroom } = require('./headroom.js')
const { modeFor } = require('./mode.js')
const { needs, learn } = require('./needs.js')
const { inTurn } = require('./turn.js')
const { captureByTwin } = require('./twin.js')

/** What every capture can be told that does not hold the thread until it is done. */
const CAPTURE_RULES = {
  mode: choice(['auto', 'twin', 'inline'], 'auto'),
  fallback: choice(['inline']),
  maxPause: duration(),
  maxMemory: size(),
  priority: choice(['low', 'normal'], 'low'),
  busy: choice(['wait', 'reject'], 'wait'),
  force: boolean(false),
  signal: abortSignal,
}

/**
 * Takes one capture when it is its turn, and answers its result with `capture`, its figures.
 *
 * A job has `into` (`file`, `stream`, `report`, `walk`, `look` or `count`), `folder` for what it leaves on the disk, `twin()`, which makes the target of
 * a twin, and `inline()`, which captures while the app waits and answers `{ result, pauseMs, rawBytes }`. `begun`, an option of ours, is called when the
 * heap is captured by a twin, from when on the app may change it; `beside`: its twin costs little, and may live beside others of which that is true.
 */
function take(job, given) {
  return inTurn(given, async (underWay) => {
    const begun = () => {
      underWay()
      given.begun?.()
    }
    const options = { ...given, begun }
    const { mode, reason } = modeFor(options.mode)
    try {
      return await takeBy(mode, reason, job, options)
    } catch (error) {
      if (mode === 'inline' || options.fallback !== 'inline' || error.code !== 'ERR_LEAKGUARD_TWIN') throw error
      return takeBy('inline', `no twin could be made: ${error.message}`, job, options)
    }
  })
}

async function takeBy(mode, reason, job, options) {
  const start = performance.now()
  if (options.signal?.aborted) throw cancelled('capture', options.signal)
  permit(mode, job, options)
  if (mode === 'inline') {
    const { result, pauseMs, rawBytes } = await job.inline()
    if (rawBytes !== undefined) learn({ mode, into: job.into, pauseMs, rawBytes })
    return { result, capture: { mode, reason, ...bytesOf(job, rawBytes), pauseMs, durationMs: performance.now() - start } }
  }
  const { result, rawBytes, ...figures } = await captureByTwin(job.twin(), options)
  if (job.into !== 'count') learn({ mode, into: job.into, rawBytes, twinPeakBytes: figures.twinPeakBytes })
  return { result, capture: { mode, reason, ...bytesOf(job, rawBytes), ...figures, durationMs: performance.now() - start } }
}

/** Of a snapshot that nothing is left of but a report; others say by themselves how large they became. */
function bytesOf({ into }, bytes) {
  return into === 'report' ? { bytes } : {}
}

/** Refuses what would stop the app for longer, or take more, than the caller or the machine allows. */
function permit(mode, { into, folder }, { compress, maxPause, maxMemory, force }) {
  const need = needs({ mode, into, compress })
  if (need.pauseMs > maxPause) {
    const message =
      `an inline capture would stop this thread for about ${Math.ceil(need.pauseMs)} ms, and "maxPause" allows ` +
      `${maxPause}: allow more, or use mode 'twin' where there is one`
    throw new LeakguardError('ERR_LEAKGUARD_PAUSE', message, { estimateMs: need.pauseMs })
  }
  if (need.memory > maxMemory) throw overBudget(need.memory, maxMemory, into)
  if (!force) requireHeadroom(need, mode, folder)
}

function overBudget(need, maxMemory, into) {
  const less = into === 'walk' || into === 'report' ? ", or ask for a census of kind 'folded', which needs less" : ''
  const message = `the capture needs about ${megabytes(need)}, and "maxMemory" allows ${megabytes(maxMemory)}: allow more${less}`
  return new LeakguardError('ERR_LEAKGUARD_HEADROOM', message, { need, headroom: maxMemory, limit: 'maxMemory' })
}

module.exports = { take, permit, CAPTURE_RULES }
