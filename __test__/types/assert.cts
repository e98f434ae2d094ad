// Compiled, never run: tests with node:test, and with Jest's own types.
import { assertCollected, assertLeak, assertNoLeak, assertRetainsLessThan, ignoreCurrent, verifyNone } from 'leakguard/assert'
import jestMatchers = require('leakguard/jest')
import type { AddedMatchers } from 'leakguard/jest'
import { expect as imported } from '@jest/globals'

export async function typed(): Promise<void> {
  await assertNoLeak((body: string) => body.length, { iterations: 10, warmup: 5, tolerance: '1kB', timeout: '2s', setup: () => 'text' })
  await assertLeak(() => undefined, { ignore: [/Session/, 'cache'], track: ['heap', 'timers'], tolerance: { objects: 1 }, report: 'leak.json' })
  await assertCollected(new WeakRef({}))
  await assertCollected(async () => ({}), { timeout: 10 })
  await assertRetainsLessThan(() => [], '10kB')
  await verifyNone({ ignoreCurrent: ignoreCurrent(), ignore: 'SIGUSR2' })
  await jestMatchers.verifyNone()
  await expect(() => 1).not.toLeak({ iterations: 50 })
  await expect(() => ({})).toBeCollected()
  await expect(() => ({})).toRetainLessThan('10kB')
  const over: Promise<void> = imported(() => 1).not.toLeak()
  await over
  const added: AddedMatchers = expect(() => 1).not
  await added.toLeak()
  // @ts-expect-error no such thing is followed
  await assertNoLeak(() => 1, { track: ['cpu'] })
  // @ts-expect-error an object is held by who asks
  await assertCollected({})
  // @ts-expect-error no such option
  await expect(() => 1).toLeak({ iteration: 50 })
}
