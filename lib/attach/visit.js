'use strict'

const { LeakguardError } = require('../errors.js')
const { duration } = require('../options.js')
const { attach } = require('./inspector.js')

/**
 * Attaches within `timeout`, does `work(session, { pid, signal })`, and leaves the process as it was, whatever happens; Ctrl-C ends the work, and the inspector is
 * closed all the same. Answers what the work did, and `left`: a sentence where the inspector could not be closed.
 */
async function visit(target, timeout, work) {
  const patienceMs = duration(20_000, 1)('timeout', timeout)
  const ended = new AbortController()
  const stop = () => ended.abort(new LeakguardError('ERR_LEAKGUARD_CANCELLED', 'it was interrupted'))
  const { session, pid, leave } = await attach(target, patienceMs)
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  let result
  try {
    result = await work(session, { pid, signal: ended.signal })
  } catch (error) {
    await leave()
    throw error
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  const left = (await leave()) ? undefined : `The inspector of process ${pid} could not be closed: it is open on this machine until the process ends.`
  return { ...result, pid, left }
}

module.exports = { visit }
