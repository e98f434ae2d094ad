'use strict'

const { LeakguardError } = require('./errors.js')

let binding

/** The native addon, loaded by the first analysis: requiring the module stays free, and capture needs no addon. */
function native() {
  try {
    return (binding ??= require('../binding.js'))
  } catch (cause) {
    throw new LeakguardError(
      'ERR_LEAKGUARD_NATIVE_MISSING',
      `the native addon for ${process.platform} ${process.arch} did not load; in a clone, run "npm run build"`,
      { cause },
    )
  }
}

module.exports = { native }
