import { afterAll, expect, test, vi } from 'vitest'
import { verifyNone } from 'leakguard/vitest'
import { Sessions } from '../app/sessions.js'

const sessions = new Sessions()
afterAll(() => verifyNone())

test('a call that keeps nothing', async () => {
  await expect(() => sessions.handle({ user: 'ann', bounded: true })).not.toLeak({ iterations: 50 })
})

test('a call that keeps a session, while the clock is not real', async () => {
  vi.useFakeTimers()
  const keep = (): string => sessions.handle({ user: 'ann' })
  await expect(keep).not.toLeak({ iterations: 50 })
  vi.useRealTimers()
})

test('quick: an object that goes', async () => {
  await expect(() => ({ some: 'thing' })).toBeCollected()
})

test('quick: a small answer', async () => {
  await expect(() => [1, 2, 3]).toRetainLessThan('1kB')
})
