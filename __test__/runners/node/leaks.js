'use strict'

const test = require('node:test')
const { assertNoLeak, assertLeak, assertCollected, assertRetainsLessThan, ignoreCurrent, verifyNone } = require('leakguard/assert')
const { Sessions } = require('../app/sessions.js')

const sessions = new Sessions()

test('a call that keeps nothing', () => assertNoLeak(() => sessions.handle({ user: 'ann', bounded: true })))

test('a call that keeps a session', () => assertNoLeak(() => sessions.handle({ user: 'ann' }), { iterations: 50 }))

test('one that is ignored', () => assertNoLeak(() => sessions.handle({ user: 'ann' }), { iterations: 50, ignore: [/./] }))

test('a session for each call, which is meant', () => assertLeak(() => sessions.handle({ user: 'ann' }), { iterations: 50 }))

test('a call that never settles', () => assertNoLeak(function waits() { return new Promise(() => {}) }, { timeout: 50 }))

test('an object that goes', () => assertCollected(async () => ({ some: 'thing' })))

test('an answer that is large', () => assertRetainsLessThan(() => Buffer.alloc(5000), '1kB'))

test('what a test leaves', async () => {
  const before = ignoreCurrent()
  const onSignal = () => {}
  process.on('SIGUSR2', onSignal)
  const timer = setInterval(() => {}, 1000)
  try {
    await verifyNone({ ignoreCurrent: before, timeout: 20 })
  } finally {
    process.off('SIGUSR2', onSignal)
    clearInterval(timer)
  }
})
