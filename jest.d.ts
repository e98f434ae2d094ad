import type { LeakMatchers } from './assert.js'

export { ignoreCurrent, verifyNone } from './assert.js'

declare global {
  namespace jest {
    // `T` is Jest's own: interfaces merge only where the names are the same.
    interface Matchers<R, T = {}> extends LeakMatchers<Promise<void>> {}
  }
}

// For those who import `expect` from '@jest/globals'.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends LeakMatchers<Promise<void>> {}
}
