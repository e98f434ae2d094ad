import type { LeakMatchers } from './assert.js'

export { ignoreCurrent, verifyNone } from './assert.js'

declare module 'vitest' {
  interface Assertion<T = any> extends LeakMatchers<Promise<void>> {}
}
