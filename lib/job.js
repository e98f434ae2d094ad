'use strict'

// A job of the addon, on a thread of its own, looked after from JavaScript until there is an outcome.

const { setTimeout: sleep } = require('node:timers/promises')
const { LeakguardError, cancelled } = require('./errors.js')
const { shown } = require('./options.js')

// The first look comes soon, for small snapshots; later ones cost the app a microsecond every 4 ms.
const FIRST_LOOK_MS = 1
const LAST_LOOK_MS = 4

/**
 * Looks until the job is done; answers its report, as text. `what` is done, in a word; `progress` tells how far the job is.
 * The signal is asked at every look, never listened to: there is no listener to leave behind.
 */
async function reportOf(job, { what, signal, onProgress, progress }) {
  try {
    let seen = ''
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
      const outcome = job.take()
      if (signal?.aborted) throw cancelled(what, signal)
      if (onProgress) {
        const told = progress(job)
        const now = `${told.stage} ${told.bytes}`
        if (now !== seen) onProgress(told)
        seen = now
      }
      if (outcome?.report !== undefined) return outcome.report
      if (outcome) throw failureOf(outcome.failure)
      await sleep(wait)
    }
  } finally {
    job.cancel()
  }
}

function failureOf({ code, message, byte, errno, syscall }) {
  const cause = errno === undefined ? undefined : Object.assign(new Error(message), { code: errno, syscall })
  return new LeakguardError(code, message, { cause, byte })
}

/** The same for a job that a stream is fed to; whichever ends first ends the other. */
async function reportOfFed(job, source, settings) {
  const pump = { settled: false, failure: undefined }
  feed(job, source, pump).catch((cause) => {
    const message = `reading the stream failed: ${cause?.message ?? cause}`
    pump.failure = new LeakguardError('ERR_LEAKGUARD_IO', message, { cause })
    job.cancel()
  })
  try {
    return await reportOf(job, settings)
  } catch (error) {
    throw settings.signal?.aborted ? error : (pump.failure ?? error)
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

module.exports = { reportOf, reportOfFed }
