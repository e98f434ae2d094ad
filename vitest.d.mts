/**
 * Adds the matchers to Vitest's `expect`: in `setupFiles`, or imported by a test file. docs/assertions.md has more.
 *
 * ```js
 * import 'leakguard/vitest'
 *
 * test('a request keeps nothing', async () => {
 *   await expect(() => handle(request)).not.toLeak()
 * })
 * ```
 *
 * @module
 */
import type { LeakMatchers } from './assert.js'

export { ignoreCurrent, verifyNone } from './assert.js'

/** What `expect(…)` has besides Vitest's own matchers. `await` each of them. */
export interface AddedMatchers extends LeakMatchers {}

declare module 'vitest' {
  interface Assertion<T = any> extends AddedMatchers {}
}
