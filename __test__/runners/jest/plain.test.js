'use strict'

const { ignoreCurrent, verifyNone } = require('leakguard/jest')
const { Sessions } = require('../app/sessions.js')

const sessions = new Sessions()
let before
beforeAll(() => (before = ignoreCurrent()))
afterAll(() => verifyNone({ ignoreCurrent: before }))

test('a call that keeps nothing', async () => {
  await expect(() => sessions.handle({ user: 'ann', bounded: true })).not.toLeak()
})

test('a call that keeps a session', async () => {
  await expect(() => sessions.handle({ user: 'ann' })).not.toLeak({ iterations: 50 })
})

test('a call that logs, which Jest records', async () => {
  await expect(() => console.log('hello')).not.toLeak({ iterations: 20 })
})

test('while the clock is not real', async () => {
  jest.useFakeTimers()
  await expect(async () => ({ some: 'thing' })).toBeCollected()
  jest.useRealTimers()
})

test('a call that fails', async () => {
  let calls = 0
  const third = () => {
    if (++calls === 3) throw new TypeError('no third time')
  }
  await expect(third).not.toLeak()
})

test('an object that goes, and one that stays', async () => {
  await expect(() => ({ some: 'thing' })).toBeCollected()
  await expect(() => sessions.open('ann')).toBeCollected({ timeout: 100 })
})

test('answers, small and large', async () => {
  await expect(() => [1, 2, 3]).toRetainLessThan('1kB')
  await expect(() => Buffer.alloc(5000)).toRetainLessThan('1kB')
})
