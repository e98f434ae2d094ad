'use strict'

/**
 * The console of this realm where the runner records what is said on it (Jest's `BufferedConsole`): each line stays in memory
 * until the file is done, and would be the growth of every function that logs. What the calls said is taken out of the record
 * again, but for the warm-up's; elsewhere nothing is done.
 */
function recordedConsole() {
  const record = globalThis.console?._buffer
  if (!Array.isArray(record)) return { trim() {} }
  let kept
  return {
    /** The first time it keeps what is there, then takes out what came since. */
    trim() {
      if (kept === undefined) kept = record.length
      else if (record.length > kept) record.length = kept
    },
  }
}

module.exports = { recordedConsole }
