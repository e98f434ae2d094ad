// Compiled, never run: a test file of Vitest.
import { verifyNone } from 'leakguard/vitest'
import { expect } from 'vitest'

export async function typed(): Promise<void> {
  await expect(() => 1).not.toLeak({ iterations: 50, ignore: 'cache' })
  await expect(new WeakRef({})).toBeCollected({ timeout: '1s' })
  await expect(() => ({})).toRetainLessThan(1000)
  await verifyNone()
  // @ts-expect-error no such option
  await expect(() => 1).toLeak({ iteration: 50 })
}
