'use strict'

const { Socket } = require('node:net')
const { pipeline } = require('node:stream/promises')
const { LeakguardError, cancelled } = require('../errors.js')
const { reportOf, reportOfFed } = require('../job.js')
const { native } = require('../native.js')

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
    const out = new Socket({ fd: pipeOf(job), readable: true, writable: false })
    passed = pipeline(out, ...target)
    passed.catch((cause) => {
      broken = new LeakguardError('ERR_LEAKGUARD_IO', `the stream failed: ${cause?.message ?? cause}`, { cause })
      job.cancel()
    })
  }
  const progress = () => ({ stage: 'redact', bytes: job.bytes() })
  const watched = { what: 'redaction', signal, onProgress, progress }
  try {
    const report = await started(job, source, watched)
    await passed
    return JSON.parse(report)
  } catch (error) {
    const reported = signal?.aborted ? error : (broken ?? error)
    // Nobody takes a part for the whole.
    if (typeof target !== 'string') {
      target.at(-1).destroy(reported)
      await passed.catch(() => undefined)
    }
    throw reported
  }
}

/** The descriptor of a pipe that the job writes into: none is left, or on Windows, there can be none. */
function pipeOf(job) {
  try {
    return job.targetPipe()
  } catch (cause) {
    throw new LeakguardError('ERR_LEAKGUARD_IO', `no pipe can be had for what is redacted into a stream: ${cause.message}`, { cause })
  }
}

function started(job, source, watched) {
  if (typeof source === 'string') {
    job.openFile(source)
    return reportOf(job, watched)
  }
  job.openFeed()
  return reportOfFed(job, source, watched)
}

module.exports = { redacted }
