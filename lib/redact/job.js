'use strict'

const { Socket } = require('node:net')
const { pipeline } = require('node:stream/promises')
const { setTimeout: sleep } = require('node:timers/promises')
const { LeakguardError, cancelled } = require('../errors.js')
const { native } = require('../native.js')

const FIRST_LOOK_MS = 1
const LAST_LOOK_MS = 16

/**
 * Redacts on a thread of ours. `source`: a path, or anything that is iterated to chunks; `target`: the path of a file that is there,
 * or streams to pass through, of which the last is a writable. Answers what was redacted.
 */
async function redacted(source, target, settings, { signal, onProgress } = {}) {
  if (signal?.aborted) throw cancelled('redaction', signal)
  const job = new (native().RedactJob)(JSON.stringify(settings))
  let passed
  let broken
  if (typeof target === 'string') job.targetFile(target)
  else {
    const out = new Socket({ fd: job.targetPipe(), readable: true, writable: false })
    passed = pipeline(out, ...target)
    passed.catch((cause) => {
      broken ??= new LeakguardError('ERR_LEAKGUARD_IO', `the stream failed: ${cause?.message ?? cause}`, { cause })
      job.cancel()
    })
  }
  let settled = false
  if (typeof source === 'string') job.openFile(source)
  else {
    job.openFeed()
    fed(job, source, () => settled).catch((cause) => {
      broken ??= new LeakguardError('ERR_LEAKGUARD_IO', `reading the stream failed: ${cause?.message ?? cause}`, { cause })
      job.cancel()
    })
  }
  try {
    const report = await reportOf(job, signal, onProgress)
    await passed
    return report
  } catch (error) {
    const reported = signal?.aborted ? error : (broken ?? error)
    // Nobody takes a part for the whole.
    if (typeof target !== 'string') {
      target.at(-1).destroy(reported)
      await passed.catch(() => undefined)
    }
    throw reported
  } finally {
    settled = true
    job.cancel()
    source.destroy?.()
  }
}

async function reportOf(job, signal, onProgress) {
  let seen = 0
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
    const outcome = job.take()
    if (signal?.aborted) throw cancelled('redaction', signal)
    if (outcome?.report !== undefined) return JSON.parse(outcome.report)
    if (outcome) throw failureOf(outcome.failure)
    const bytes = job.bytes()
    if (onProgress && bytes !== seen) onProgress({ stage: 'redact', bytes })
    seen = bytes
    await sleep(wait)
  }
}

function failureOf({ code, message, byte, errno }) {
  const cause = errno === undefined ? undefined : Object.assign(new Error(message), { code: errno })
  return new LeakguardError(code, message, { cause, byte })
}

async function fed(job, source, isSettled) {
  for await (const chunk of source) {
    if (isSettled()) return
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (!ArrayBuffer.isView(bytes)) throw new TypeError('a chunk is not bytes')
    if (!job.write(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))) {
      while (!isSettled() && !job.hasRoom()) await sleep(FIRST_LOOK_MS)
    }
  }
  job.end()
}

module.exports = { redacted }
