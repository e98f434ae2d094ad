'use strict'

const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')

/** Collects this thread's garbage, all of it, now. No flag is set: V8 is asked as DevTools' bin asks it. */
function gc() {
  collectBy('collectGarbage')
}

/** The same by one collection where that is exact, in half the time: what waits in V8's caches stays. */
function gcOnce() {
  collectBy('collectGarbageOnce')
}

function collectBy(way) {
  let reason = 'V8 does not export Isolate::LowMemoryNotification'
  try {
    if (native()[way]()) return
  } catch (error) {
    reason = error.message
  }
  if (typeof globalThis.gc === 'function') return void globalThis.gc() // --expose-gc
  throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', `garbage cannot be collected here: ${reason}; start Node.js with --expose-gc`)
}

module.exports = { gc, gcOnce }
