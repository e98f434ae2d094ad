'use strict'

const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')

/** Why there can be no twin; `undefined`: there can. */
function twinUnsupported() {
  try {
    return native().twinUnsupported() ?? undefined
  } catch (error) {
    return error.message
  }
}

/** How a heap is captured: `{ mode, reason }`, the reason as users read it in the result. */
function modeFor(asked) {
  if (asked === 'inline') return { mode: 'inline', reason: 'asked for' }
  const unsupported = twinUnsupported()
  if (asked === 'twin') {
    if (unsupported === undefined) return { mode: 'twin', reason: 'asked for' }
    const message = `there can be no twin here: ${unsupported}; use mode 'inline', which stops the app meanwhile`
    throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', message)
  }
  if (unsupported === undefined) return { mode: 'twin', reason: 'the app goes on meanwhile' }
  return { mode: 'inline', reason: `there can be no twin here: ${unsupported}` }
}

module.exports = { twinUnsupported, modeFor }
