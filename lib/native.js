'use strict'

const { LeakguardError } = require('./errors.js')

let binding

/** The native addon, loaded by the first call that needs it: requiring the module stays free, and inline captures work without one. */
function native() {
  try {
    return (binding ??= require('../binding.js'))
  } catch (cause) {
    throw new LeakguardError(
      'ERR_LEAKGUARD_NATIVE_MISSING',
      `the native addon for ${process.platform} ${process.arch} did not load: ${reasonOf(cause)}. Get the prebuilt one with ` +
        `"npm install --include=optional leakguard", or build it with Rust (https://rustup.rs): "npx leakguard build-native"`,
      { cause },
    )
  }
}

/** One that is there and does not load says why; all the others only were not found. */
function reasonOf(error) {
  for (let cause = error; cause; cause = cause.cause) {
    const [line] = String(cause.message).split('\n')
    if (!line.startsWith('Cannot find')) return line
  }
  return 'it is not installed'
}

module.exports = { native }
