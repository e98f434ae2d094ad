'use strict'

// Assertions about leaks for node:test, mocha, tap and scripts: what is public, line by line.

const { assertNoLeak, assertLeak } = require('./lib/assert/assertions.js')

module.exports.assertNoLeak = assertNoLeak
module.exports.assertLeak = assertLeak
