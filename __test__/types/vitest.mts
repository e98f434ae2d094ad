// Compiled, never run: a test file of Vitest.
import { verifyNone, type AddedMatchers } from 'leakguard/vitest'
import { expect } from 'vitest'

export async function typed(): Promise<void> {
  await expect(() => 1).not.toLeak({ iterations: 50, ignore: 'cache' })
  await expect(new WeakRef({})).toBeCollected({ timeout: '1s' })
  await expect(() => ({})).toRetainLessThan(1000)
  await verifyNone()
  const added: AddedMatchers = expect(() => 1).not
  await added.toLeak()
  // @ts-expect-error no such option
  await expect(() => 1).toLeak({ iteration: 50 })
}
