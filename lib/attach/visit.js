'use strict'

const { LeakguardError } = require('../errors.js')
const { duration } = require('../options.js')
const { attach } = require('./inspector.js')

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Attaches within `timeout`, does `work(session, { pid, signal })`, and leaves the process as it was, whatever happens; Ctrl-C ends the work, and the inspector is
 * closed all the same. A second Ctrl-C waits for nothing: the process closes its inspector itself, half a minute later. Answers what the work did, and `left`:
 * a sentence where the inspector could not be closed.
 */
async function visit(target, timeout, work) {
  const patienceMs = duration(20_000, 1)('timeout', timeout)
  const ended = new AbortController()
  const { signal } = ended
  const stop = () => {
    for (const name of ENDS) process.off(name, stop)
    ended.abort(new LeakguardError('ERR_LEAKGUARD_CANCELLED', 'it was interrupted'))
  }
  // From here on: the inspector may be open before there is a session.
  for (const name of ENDS) process.on(name, stop)
  try {
    const { session, pid, leave } = await attach(target, patienceMs, signal)
    let result
    try {
      signal.throwIfAborted()
      result = await work(session, { pid, signal })
    } catch (error) {
      await leave()
      throw error
    }
    const left = (await leave()) ? undefined : `The inspector of process ${pid} could not be closed: it is open on this machine until the process ends.`
    return { ...result, pid, left }
  } finally {
    for (const name of ENDS) process.off(name, stop)
  }
}

module.exports = { visit }
