'use strict'

// Assertions about leaks for node:test, mocha, tap and scripts: what is public, line by line.

const { assertNoLeak, assertLeak, assertCollected, assertRetainsLessThan } = require('./lib/assert/assertions.js')
const { verifyNone, ignoreCurrent } = require('./lib/assert/none.js')

module.exports.assertNoLeak = assertNoLeak
module.exports.assertLeak = assertLeak
module.exports.assertCollected = assertCollected
module.exports.assertRetainsLessThan = assertRetainsLessThan
module.exports.verifyNone = verifyNone
module.exports.ignoreCurrent = ignoreCurrent
