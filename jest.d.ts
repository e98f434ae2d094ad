/**
 * Adds the matchers to Jest's `expect`, the global one and that of `@jest/globals`: in `setupFilesAfterEnv`, or required by a test file.
 * docs/assertions.md has more.
 *
 * ```js
 * require('leakguard/jest')
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

/** What `expect(…)` has besides Jest's own matchers. `await` each of them. */
export interface AddedMatchers extends LeakMatchers {}

declare global {
  namespace jest {
    // `T` is Jest's own: interfaces merge only where the names are the same.
    interface Matchers<R, T = {}> extends AddedMatchers {}
  }
}

// For those who import `expect` from '@jest/globals'.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends AddedMatchers {}
}
