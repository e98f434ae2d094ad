'use strict'

// Which additions are looked at, by a clock of the test's: `Strata` takes the one that is there when it is loaded.

const test = require('node:test')
const assert = require('node:assert/strict')
const { performance } = require('node:perf_hooks')

let now = 0
const { now: real } = performance
performance.now = () => now
const { Strata } = require('../lib/track/strata.js')
performance.now = real

/** The weights of so many additions a second for so long. */
function weights(strata, aSecond, seconds) {
  const found = []
  for (let nth = 0; nth < aSecond * seconds; nth++) {
    now += 1000 / aSecond
    found.push(strata.weigh('thing'))
  }
  return found
}
const looked = (found) => found.filter((weight) => weight > 0)
const sum = (found) => found.reduce((sum, weight) => sum + weight, 0)

test('what comes slowly is exact, what comes fast is estimated by few looks and without a bias', () => {
  const slow = weights(new Strata(256), 50, 20)
  assert.equal(looked(slow).length, 1000)
  const fast = weights(new Strata(256), 50_000, 20)
  assert.ok(looked(fast).length < 1600, 'at most one of four times 256 after a while')
  assert.ok(looked(fast).every((weight) => weight >= 1 && weight < 2048))
  assert.ok(Math.abs(sum(fast) / fast.length - 1) < 0.03, `${sum(fast)} of ${fast.length}`)
  // Its pace changes all the time.
  const strata = new Strata(64)
  const wild = Array.from({ length: 60 }, (_, nth) => weights(strata, [20_000, 700, 3000][nth % 3], 1)).flat()
  assert.ok(Math.abs(sum(wild) / wild.length - 1) < 0.03, `${sum(wild)} of ${wild.length}`)
})

test('what came fast and does not any more is looked at as soon as a reading is taken', () => {
  const strata = new Strata(256)
  weights(strata, 50_000, 4)
  now += 2000
  strata.wake()
  const [first, ...others] = weights(strata, 1, 20)
  assert.ok(first >= 1 && first <= 2048, 'those that were passed over too')
  assert.deepEqual(others, Array(19).fill(1))
  // A reading every ten seconds, whatever comes meanwhile, makes none of them be missed.
  for (const pace of [70, 100, 300, 1000]) {
    const read = new Strata(256)
    const found = Array.from({ length: 200 }, () => [weights(read, pace, 10), read.wake()][0]).flat()
    assert.ok(Math.abs(sum(found) / found.length - 1) < 0.03, `${pace} a second: ${sum(found)} of ${found.length}`)
  }
})

test('64 at once say nothing of how fast they come', () => {
  const strata = new Strata(256)
  for (let nth = 0; nth < 64; nth++) strata.weigh('thing')
  const found = weights(strata, 500, 2)
  assert.ok(looked(found).every((weight) => weight < 512), 'not twice as rare')
})
