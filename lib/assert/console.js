'use strict'

/** Of what the calls say, so many lines stay: a person sees what it is, and not thousands of it. */
const KEPT = 4

/**
 * The console of this realm where the runner records what is said on it (Jest's `BufferedConsole`): each line stays in memory
 * until the file is done, and would be the growth of every function that logs. What the calls say is taken out of the record
 * again, but for the first lines; elsewhere nothing is done.
 */
function recordedConsole() {
  const record = globalThis.console?._buffer
  if (!Array.isArray(record)) return { trim() {} }
  const most = record.length + KEPT
  return {
    trim() {
      if (record.length > most) record.length = most
    },
  }
}

module.exports = { recordedConsole }
