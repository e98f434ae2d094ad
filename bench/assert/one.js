'use strict'
// node one.js RULE KIND NAME MEGABYTES, by ../assert.js: one verdict of a rule on one function of the corpus, as JSON.

const { leaking, clean } = require('./corpus.js')

const RULES = {
  /** `{ leaks }`, or `{ undecided }`. */
  async leakguard(call) {
    const { assertNoLeak } = require('../../assert.js')
    try {
      await assertNoLeak(call)
      return { leaks: false }
    } catch (error) {
      if (error.code === 'ERR_LEAKGUARD_UNDECIDED') return { undecided: true }
      if (error.code !== 'ERR_LEAKGUARD_LEAK') throw error
      return { leaks: true }
    }
  },
  /** What is written by hand: used heap before and after, with collections, and a limit. */
  async heapUsed(call) {
    for (let nth = 0; nth < 20; nth++) await call()
    globalThis.gc()
    const before = process.memoryUsage()
    for (let nth = 0; nth < 1000; nth++) await call()
    globalThis.gc()
    const after = process.memoryUsage()
    return { leaks: after.heapUsed - before.heapUsed + after.external - before.external > 20_000 }
  },
  /** The rule of `leakage`: six collections after the warm-up, so many calls before each; the heap grew each time. */
  async leakage(call) {
    const readings = []
    for (let round = 0; round < 7; round++) {
      for (let nth = 0; nth < 30; nth++) await call()
      globalThis.gc()
      readings.push(process.memoryUsage().heapUsed)
    }
    return { leaks: readings.slice(1).every((value, nth) => nth === 0 || value > readings[nth]) }
  },
}

async function main([rule, kind, name, megabytes]) {
  // As many small objects as a test suite of this size holds.
  globalThis.ballast = Array.from({ length: (Number(megabytes) * 1e6) / 80 }, (_, n) => ({ n, text: null, more: [n] }))
  const call = { leaking, clean }[kind][name]()
  const start = performance.now()
  const verdict = await RULES[rule](call)
  process.stdout.write(JSON.stringify({ ...verdict, ms: performance.now() - start }), () => process.exit())
}

main(process.argv.slice(2))
