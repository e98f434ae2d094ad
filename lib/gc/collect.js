'use strict'

const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')
const { spaceNames } = require('./agreement.js')

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

/**
 * Collects, `thorough`ly or once, and answers what is used of the heap before anything is allocated again: `{ used_heap_size, spaces }`, as `node:v8` has them.
 * `undefined`: it has collected, and only Node tells what is used.
 */
function gcAndRead(thorough) {
  try {
    const names = spaceNames()
    const sizes = names.length === 0 ? null : native().collectAndRead(thorough)
    if (sizes !== null) return { used_heap_size: sizes[0], spaces: names.map((name, at) => ({ space_name: name, space_used_size: sizes[at + 1] })) }
  } catch {
    // The ways below say why, if they cannot either.
  }
  if (thorough) gc()
  else gcOnce()
  return undefined
}

module.exports = { gc, gcOnce, gcAndRead }
