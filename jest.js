'use strict'

// Adds the matchers to Jest's `expect`: in `setupFilesAfterEnv`, or required by a test file.

const matchers = require('./lib/assert/matchers.js')
const { verifyNone, ignoreCurrent } = require('./lib/assert/none.js')
const { followJestsMaps } = require('./lib/assert/places.js')

// With `injectGlobals: false` there is no global one.
const { expect } = typeof globalThis.expect?.extend === 'function' ? globalThis : require('@jest/globals')
expect.extend(matchers)
followJestsMaps()

module.exports.verifyNone = verifyNone
module.exports.ignoreCurrent = ignoreCurrent
