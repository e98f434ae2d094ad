'use strict'

const v8 = require('node:v8')
const { setTimeout: sleep } = require('node:timers/promises')
const { TwinJob } = require('../../binding.js')
const { prepareScriptPositions } = require('../../lib/capture/script-positions.js')

/** What a twin does: V8 writes its heap to the path. */
function capture(path) {
  prepareScriptPositions()
  v8.writeHeapSnapshot(path)
}

/** A twin started as soon as it may be. `asked` counts what `start` answered. */
async function started(options, { work = capture, patience = Infinity } = {}) {
  const job = new TwinJob(JSON.stringify(options))
  const asked = {}
  const pipe = job.takePipe()
  for (const end = Date.now() + patience; ; ) {
    const { state, failure } = job.start(work, Date.now() > end)
    asked[state] = (asked[state] ?? 0) + 1
    if (failure) throw Object.assign(new Error(failure.message), failure)
    if (state === 'started') return { job, asked, pipe }
    await sleep(2)
  }
}

async function ended(job) {
  for (;;) {
    const outcome = job.take()
    if (outcome) return outcome
    await sleep(2)
  }
}

/** One twin from start to end. */
async function twin(options, settings) {
  const { job, asked } = await started(options, settings)
  return { ...(await ended(job)), asked }
}

/** The same, tried again after an accident of the moment; `accidents` are their failures. */
async function stubborn(options, settings) {
  for (const accidents = []; ; ) {
    const outcome = await twin(options, settings)
    if (!outcome.failure?.retry || accidents.length === 4) return { ...outcome, accidents }
    accidents.push(outcome.failure)
  }
}

module.exports = { capture, started, ended, twin, stubborn }
