'use strict'

const { LeakguardError } = require('../errors.js')
const { leakOf } = require('./leak.js')

/** Resolves when a call of `fn` keeps nothing; else it rejects with `ERR_LEAKGUARD_LEAK`, which says what. */
async function assertNoLeak(fn, options) {
  const failed = failure(assertNoLeak)
  const { leaks, text } = await leakOf(fn, options)
  if (leaks) throw failed('ERR_LEAKGUARD_LEAK', text)
}

/** The other way round: for tests of the test. */
async function assertLeak(fn, options) {
  const failed = failure(assertLeak)
  const { leaks, name, calls } = await leakOf(fn, options)
  if (!leaks) throw failed('ERR_LEAKGUARD_LEAK', `${name} was expected to leak, and does not: ${calls} calls kept nothing`)
}

/** Makes an error whose stack begins where the assertion was called: it is long gone when there is something to tell. */
function failure(above) {
  const here = {}
  Error.captureStackTrace(here, above)
  return (code, message, details) => {
    const error = new LeakguardError(code, message, details)
    const [, ...frames] = here.stack.split('\n    at ')
    Object.defineProperty(error, 'stack', { value: [`${error.name}: ${error.message}`, ...frames].join('\n    at '), configurable: true, writable: true })
    return error
  }
}

module.exports = { assertNoLeak, assertLeak, failure }
