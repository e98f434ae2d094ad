'use strict'

const { LeakguardError } = require('../errors.js')
const { collectedOf } = require('./collected.js')
const { leakOf } = require('./leak.js')
const { retainedOf } = require('./retained.js')

/** Resolves when a call of `fn` keeps nothing; else it rejects with `ERR_LEAKGUARD_LEAK`, which says what. */
async function assertNoLeak(fn, options) {
  const failed = failure(assertNoLeak)
  const { leaks, text } = await leakOf(fn, options)
  if (leaks) throw failed(text)
}

/** The other way round: for tests of what is meant to be kept. */
async function assertLeak(fn, options) {
  const failed = failure(assertLeak)
  const { leaks, name, calls } = await leakOf(fn, options)
  if (!leaks) throw failed(`${name} was expected to leak, and does not: ${calls} calls kept nothing`)
}

/** Of a WeakRef, or of a function that makes the object. */
async function assertCollected(object, options) {
  const failed = failure(assertCollected)
  const { collected, text } = await collectedOf(object, options)
  if (!collected) throw failed(text)
}

async function assertRetainsLessThan(fn, size, options) {
  const failed = failure(assertRetainsLessThan)
  const { less, text } = await retainedOf(fn, size, options)
  if (!less) throw failed(text)
}

/** Makes an error whose stack begins where the assertion was called: that is long gone when there is something to tell. */
function failure(above) {
  const here = {}
  Error.captureStackTrace(here, above)
  return (message) => {
    const error = new LeakguardError('ERR_LEAKGUARD_LEAK', message)
    const [, ...frames] = here.stack.split('\n    at ')
    const stack = [`${error.name}: ${error.message}`, ...frames].join('\n    at ')
    Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
    return error
  }
}

module.exports = { assertNoLeak, assertLeak, assertCollected, assertRetainsLessThan }
