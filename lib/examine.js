'use strict'

const { setTimeout: sleep } = require('node:timers/promises')
const { LeakguardError, cancelled } = require('./errors.js')
const { native } = require('./native.js')
const { wrong, shown } = require('./options.js')
const { isPath, pathOf } = require('./path.js')

// The first look comes soon, for small snapshots; later ones cost the app a microsecond every 8 ms.
const FIRST_LOOK_MS = 1
const LAST_LOOK_MS = 8

/**
 * Asks a snapshot what a task says, on threads of its own: resolves to the report's fields, `census`, `growth`, `diff`; with a task's
 * `tally`, to what is kept of the snapshot in native memory, to be `since` of another one's `diff`.
 *
 * `source` is a path, a `file:` URL, or anything that is iterated asynchronously to chunks (a Readable, a web stream).
 * The signal is asked at every look, never listened to: there is no listener to leave behind.
 */
async function examine(source, task, { signal, onProgress, readScripts = true, since }) {
  if (signal?.aborted) throw cancelled('analysis', signal)
  const job = new (native().AnalysisJob)(JSON.stringify(task), readScripts)
  if (since !== undefined) job.since(since)
  if (isPath(source)) {
    job.openFile(pathOf(source, 'source'))
    return reportOf(job, signal, onProgress)
  }
  if (!isStream(source)) throw wrong(`the source must be a path or a readable stream, got ${shown(source)}`)
  job.openFeed()
  return pumped(job, source, signal, onProgress)
}

/** Compares the censuses of a task: there is no snapshot. */
async function compare(task, { signal }) {
  if (signal?.aborted) throw cancelled('comparison', signal)
  const job = new (native().AnalysisJob)(JSON.stringify(task), false)
  job.openCensuses()
  return reportOf(job, signal)
}

function isStream(source) {
  return typeof source?.[Symbol.asyncIterator] === 'function'
}

/** Looks until the job is done. */
async function reportOf(job, signal, onProgress) {
  try {
    let seen = ''
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
      const outcome = job.take()
      if (signal?.aborted) throw cancelled('analysis', signal)
      if (onProgress) {
        const progress = job.progress()
        const now = `${progress.stage} ${progress.bytes}`
        if (now !== seen) onProgress(progress)
        seen = now
      }
      if (outcome?.report !== undefined) return answerOf(outcome, job)
      if (outcome) throw failureOf(outcome.failure)
      await sleep(wait)
    }
  } finally {
    job.cancel()
  }
}

function answerOf({ report }, job) {
  const tally = job.tally()
  return tally ? { tally } : JSON.parse(report)
}

function failureOf({ code, message, byte, errno }) {
  const cause = errno === undefined ? undefined : Object.assign(new Error(message), { code: errno, syscall: 'open' })
  return new LeakguardError(code, message, { cause, byte })
}

/** Feeds a stream to the job while it is looked after; whichever ends first ends the other. */
async function pumped(job, source, signal, onProgress) {
  const pump = { settled: false, failure: undefined }
  feed(job, source, pump).catch((cause) => {
    const message = `reading the stream failed: ${cause?.message ?? cause}`
    pump.failure = new LeakguardError('ERR_LEAKGUARD_IO', message, { cause })
    job.cancel()
  })
  try {
    return await reportOf(job, signal, onProgress)
  } catch (error) {
    throw signal?.aborted ? error : (pump.failure ?? error)
  } finally {
    pump.settled = true
    source.destroy?.() // or one that brings nothing more would be waited for without end
  }
}

async function feed(job, source, pump) {
  for await (const chunk of source) {
    if (pump.settled) return
    if (!job.write(bytesOf(chunk))) while (!pump.settled && !job.hasRoom()) await sleep(FIRST_LOOK_MS)
  }
  job.end()
}

/** The chunk's bytes, in place; the addon copies them. */
function bytesOf(chunk) {
  if (typeof chunk === 'string') return Buffer.from(chunk)
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  throw new TypeError(`a chunk is ${shown(chunk)}, not bytes`)
}

module.exports = { examine, compare, isStream }
