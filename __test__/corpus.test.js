'use strict'

// A tenth of the corpus of bench/assert.js, another one on each line of Node.js: no verdict on them is wrong.

const test = require('node:test')
const assert = require('node:assert/strict')
const { leaking, clean } = require('../bench/assert/corpus.js')
const { node } = require('./support/child.js')

/** Of other objects. */
const MEGABYTES = '30'
const [major] = process.versions.node.split('.')
const tenth = (functions) => Object.keys(functions).filter((_, nth) => nth % 10 === (major / 2) % 10)

for (const [kind, functions] of Object.entries({ leaking, clean })) {
  for (const name of tenth(functions)) {
    test(`the verdict on a function: ${kind}: ${name}`, async () => {
      const { stdout, stderr } = await node(['bench/assert/one.js', 'leakguard', kind, name, MEGABYTES])
      const { leaks, undecided } = JSON.parse(stdout || '{}')
      assert.deepEqual({ leaks, undecided }, { leaks: kind === 'leaking', undecided: undefined }, stderr)
    })
  }
}
