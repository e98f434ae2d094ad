import 'leakguard/jest'
import { Sessions } from '../app/sessions.js'

const sessions: Sessions = new Sessions()

test('TypeScript: a call that keeps a session leaks', async () => {
  const keep = (user: string): string => sessions.handle({ user })
  await expect(() => keep('ann')).toLeak({ iterations: 50 })
})
