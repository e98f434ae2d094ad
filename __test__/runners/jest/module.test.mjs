import 'leakguard/jest'
import { Sessions } from '../app/sessions.js'

test('an ES module: an object that goes, and one that stays', async () => {
  const sessions = new Sessions()
  await expect(() => ({ some: 'thing' })).toBeCollected()
  await expect(() => sessions.open('ann')).not.toBeCollected({ timeout: 50 })
})
