'use strict'

const { closeSync, fstatSync, openSync, readSync } = require('node:fs')
const { requireHeadroom } = require('../capture/headroom.js')

/** Bytes that an analysis takes for a byte of a large snapshot: docs/performance.md. */
const MEMORY = 1.6
/** The same where one is read while another is folded: docs/growth.md. */
const IN_TURNS = 1.9
/** Bytes of it that stay where the heap is kept. */
const KEPT = 1.1
/** Smaller ones need no question. */
const LARGE = 200e6
const GZIP = 0x1f8b
const ZSTD = 0x28b5

/**
 * Says what the analysis of these files will need, before it begins, where the machine has not as much: ERR_LEAKGUARD_HEADROOM. How large
 * compressed files and streams are is not known. What is wrong with a file is the analysis' own to say. `kept`: all heaps stay; `inTurns`: one is read
 * while another is folded.
 */
function requireHeadroomFor(files, { force, kept = false, inTurns = false }) {
  if (force) return
  const sizes = files.map(plainSize)
  const largest = Math.max(0, ...sizes)
  const others = kept ? sizes.reduce((sum, size) => sum + size, 0) - largest : 0
  if (largest + others <= LARGE) return
  requireHeadroom({ memory: largest * (inTurns ? IN_TURNS : MEMORY) + others * KEPT, disk: 0 }, 'read', undefined, { what: 'analysis', force: '--force' })
}

function plainSize(path) {
  if (path === '-') return 0
  let file
  try {
    file = openSync(path, 'r')
    const start = Buffer.alloc(2)
    if (!fstatSync(file).isFile() || readSync(file, start, 0, 2, 0) < 2) return 0
    return [GZIP, ZSTD].includes(start.readUInt16BE()) ? 0 : fstatSync(file).size
  } catch {
    return 0
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

module.exports = { requireHeadroomFor }
