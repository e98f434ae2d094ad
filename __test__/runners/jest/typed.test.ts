import 'leakguard/jest'
import { Sessions } from '../app/sessions.js'

const sessions: Sessions = new Sessions()

test('TypeScript: an object that goes, and one that stays', async () => {
  const open = (user: string): object => sessions.open(user)
  await expect(() => new Date()).toBeCollected()
  await expect(() => open('ann')).not.toBeCollected({ timeout: 50 })
  await expect(() => [1, 2, 3]).toRetainLessThan('10kB')
})
