'use strict'

const { plainSize } = require('./plain-size.js')

/** Bytes that an analysis takes for a byte of a large snapshot: docs/performance.md. */
const MEMORY = 1.6
/** The same where no dominator tree is made, and of the other file that is folded at once: docs/growth.md. */
const FOLDED = 1.2
const OTHER = 0.8
/** Bytes of it that stay where the heap is kept. */
const KEPT = 1.1
/** Smaller ones need no question. */
const LARGE = 200e6

/**
 * Says what the analysis of these files will need, before it begins, where the machine has not as much: ERR_LEAKGUARD_HEADROOM. How large
 * a stream is is not known. What is wrong with a file is the analysis' own to say. `kept`: all heaps stay; `inTurns`: two at most
 * are there at once, and folded.
 */
function requireHeadroomFor(files, { force, kept = false, inTurns = false }) {
  if (force) return
  const [largest, ...others] = files.map(plainSize).sort((a, b) => b - a)
  const memory = kept ? largest * MEMORY + sum(others) * KEPT : inTurns ? largest * FOLDED + others[0] * OTHER : largest * MEMORY
  if (largest + (kept ? sum(others) : 0) <= LARGE) return
  const { requireHeadroom } = require('../capture/headroom.js')
  requireHeadroom({ memory, disk: 0 }, 'read', undefined, { what: 'analysis', force: '--force' })
}

function sum(sizes) {
  return sizes.reduce((sum, size) => sum + size, 0)
}

module.exports = { requireHeadroomFor }
