import 'leakguard/jest'
import { jest } from '@jest/globals'
import { Sessions } from '../app/sessions.js'

jest.setTimeout(120_000)
const sessions = new Sessions()

test('an ES module: a call that keeps nothing', async () => {
  await expect(() => sessions.handle({ user: 'ann', bounded: true })).not.toLeak({ iterations: 50 })
})
