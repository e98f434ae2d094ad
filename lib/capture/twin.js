'use strict'

const { performance } = require('node:perf_hooks')
const v8 = require('node:v8')
const { setTimeout: sleep } = require('node:timers/promises')
const { LeakguardError, cancelled } = require('../errors.js')
const { native } = require('../native.js')
const { prepareScriptPositions } = require('./script-positions.js')
const { occupied } = require('./turn.js')

/**
 * A twin that stalls or dies is ended and made again, so often. So is one whose snapshot makes no sense, but for the last time:
 * what V8 writes again and again is its way to write, and not for us to keep from a file.
 */
const ATTEMPTS = 4
/** V8's workers were never seen to be busy for longer than a third of a second; then a stall is risked. */
const PATIENCE_MS = 3000
const LAST_LOOK_MS = 16
const NICE = { low: 10, normal: 0 }

/**
 * Lets a twin capture this thread's heap for a target, and answers the target's result with the twin's figures.
 *
 * A target has `sink`, what the addon is to do with V8's bytes; `ask(path)`, called in the twin, where they are no snapshot;
 * `attached(job)`, called before a twin is made; `done(outcome)`, which answers its result; `failed(error)`, when there will
 * be none, which answers the error to report; and `untouched`, whether another twin may begin anew. With `keepsAlive: false` the
 * process ends when it has nothing else to do, and its twin with it: nobody awaits the capture. `begun` is called when there is a twin.
 */
async function captureByTwin(target, options) {
  const progress = { pauseMs: 0, forkMs: 0, attempts: 0 }
  try {
    for (;;) {
      progress.attempts++
      const outcome = await oneTwin(target, options, progress.attempts < ATTEMPTS)
      progress.pauseMs = Math.max(progress.pauseMs, outcome.heldMs)
      progress.forkMs = outcome.forkMs
      if (!outcome.failure) {
        const result = await target.done(outcome)
        return { result, ...progress, twinPeakBytes: outcome.twinPeakBytes, rawBytes: outcome.bytes }
      }
      if (!outcome.failure.retry || progress.attempts === ATTEMPTS || !target.untouched) throw failureOf(outcome.failure)
    }
  } catch (error) {
    throw target.failed(error)
  }
}

async function oneTwin(target, options, check) {
  const { priority, beside = false, force, maxMemory } = options
  const job = new (native().TwinJob)(JSON.stringify({ sink: target.sink, nice: NICE[priority], beside, check, watchMemory: !force, mostBytes: maxMemory }))
  try {
    target.attached(job)
    await started(job, target, options)
    options.begun?.()
    return await outcomeOf(job, options)
  } finally {
    job.cancel()
  }
}

/** Makes the twin as soon as this is the moment. */
async function started(job, { ask }, { exposeInternals, exposeNumericValues, busy, signal, keepsAlive }) {
  // Called in the twin only, which ends when this returns.
  const snapshot = (path) => {
    prepareScriptPositions()
    v8.writeHeapSnapshot(path, { exposeInternals, exposeNumericValues })
  }
  const began = performance.now()
  for (let wait = 1; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
    if (signal?.aborted) throw cancelled('capture', signal)
    const { state, failure } = job.start(ask ?? snapshot, performance.now() - began > PATIENCE_MS)
    if (state === 'started') return
    if (state === 'failed') throw failureOf(failure)
    if (state === 'occupied' && busy === 'reject') throw occupied()
    await sleep(wait, undefined, { ref: keepsAlive })
  }
}

/** Looks until the twin has ended. */
async function outcomeOf(job, { signal, onProgress, keepsAlive }) {
  let seen = ''
  for (let wait = 1; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
    const outcome = job.take()
    if (outcome) {
      if (signal?.aborted) throw cancelled('capture', signal)
      return outcome
    }
    if (signal?.aborted) job.cancel()
    else if (onProgress) {
      const { stage, bytes } = job.progress()
      const now = `${stage} ${bytes}`
      // The twin has not said a word yet.
      if (stage !== '' && now !== seen) onProgress({ stage, bytes })
      seen = now
    }
    await sleep(wait, undefined, { ref: keepsAlive })
  }
}

function failureOf({ code, message, kind, errno, byte }) {
  const cause = errno === undefined ? undefined : Object.assign(new Error(message), { code: errno })
  return new LeakguardError(code, message, { cause, byte, failure: kind })
}

module.exports = { captureByTwin }
