// Adds the matchers to Vitest's `expect`: in `setupFiles`, or imported by a test file.

import { expect } from 'vitest'
import matchers from './lib/assert/matchers.js'
import none from './lib/assert/none.js'

expect.extend(matchers)

export const { verifyNone, ignoreCurrent } = none
