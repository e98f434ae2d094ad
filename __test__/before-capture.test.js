'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { program } = require('./support/child.js')

/** A program that leaks until its watchdog says so; `hook` is its `beforeCapture`. */
const leaking = (hook) => `
  const kept = []
  const asked = []
  const thresholds = { suspectAfter: 3, confirmAfter: 6, suspectScore: 1, confirmScore: 2, minBytes: 1000, minShare: 0.001, minRisingParts: 0, minLasting: 0 }
  const watchdog = leakguard.watch({ thresholds, sites: false, beforeCapture: (request) => { asked.push(request); return (${hook})() } })
  const timer = setInterval(() => {
    for (let nth = 0; nth < 3000; nth++) kept.push({ nth, url: '/product/' + nth })
    leakguard.gc()
  }, 60)
  watchdog.once('leak', ({ evidence, suspects, missing }) => {
    clearInterval(timer)
    watchdog.stop()
    console.log(JSON.stringify({ asked, evidence, suspects: suspects.length, missing }))
  })`

test('a watchdog asks before it looks at the heap; refused, the leak is told by its trend', async () => {
  for (const [hook, reason] of [['() => false', /refused/], ['async () => { throw new Error("another pod looks") }', /another pod looks/]]) {
    const { asked, evidence, suspects, missing } = await program(leaking(hook))
    assert.ok(asked.length >= 1 && asked.every(({ kind }) => kind === 'leak'), JSON.stringify(asked))
    assert.deepEqual([evidence, suspects], ['trend', 0])
    assert.match(missing, reason)
  }
})
