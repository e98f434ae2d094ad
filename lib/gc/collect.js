'use strict'

const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')

/** Collects this thread's garbage, all of it, now. No flag is set: V8 is asked as DevTools' bin asks it. */
function gc() {
  let reason = 'V8 does not export Isolate::LowMemoryNotification'
  try {
    if (native().collectGarbage()) return
  } catch (error) {
    reason = error.message
  }
  if (typeof globalThis.gc === 'function') return void globalThis.gc() // --expose-gc
  throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', `garbage cannot be collected here: ${reason}; start Node.js with --expose-gc`)
}

module.exports = { gc }
