'use strict'

const v8 = require('node:v8')

/**
 * What a capture costs for a byte of small objects in the heap (large ones add next to nothing), by Node's line: memory of an
 * inline capture and of a twin, ms of an inline pause a megabyte, bytes of the file. Measured by bench/needs.js; the table is
 * in docs/performance.md. An inline capture cannot be ended, so the dearest shape counts (arrays of short strings); a twin is
 * ended in time, so the dearest of the usual ones does (closures).
 */
const COSTS = {
  20: { inline: 30, twin: 17, msPerMegabyte: 100, file: 2.4 },
  22: { inline: 29, twin: 16, msPerMegabyte: 90, file: 2.4 },
  24: { inline: 27, twin: 15, msPerMegabyte: 75, file: 2.2 },
  26: { inline: 26, twin: 15, msPerMegabyte: 65, file: 2.1 },
}
const COMPRESSED = 1 / 4
/** The analysis in a twin takes so many bytes a byte of the snapshot. */
const ANALYSIS = 2.2

/** A twin that walks the heap takes so many bytes a byte of small objects, with the analysis. */
const WALK = 5
/** A look is folded where the heap lies: so many bytes in any heap, and so many a byte of small objects, tiny ones being the dearest. */
const LOOK = { least: 30e6, memory: 0.5 }

/**
 * Objects are counted in one walk, by a twin and inline: a full collection marks the pages that a twin then has for itself, and
 * V8 keeps a word for each object meanwhile. Measured by bench/needs.js, too.
 */
const COUNT = { memory: 2.5, msPerMegabyte: 15 }

/** What the last capture of this process really cost, which says more of this heap than any table. */
let seen = {}

/**
 * Estimates: `{ memory, disk, pauseMs }` in bytes and ms. `into`: `file`, `stream`, `report`, `walk` (a report without V8), `look` (a fold of what
 * was walked, without one) or `count`.
 * Of a heap with `heapUsed` bytes; default: of the heap as it is.
 */
function needs({ mode, into, compress, heapUsed }) {
  const small = heapUsed ?? smallBytes()
  if (into === 'walk') return { memory: small * (seen.walk ?? WALK), disk: 0, pauseMs: 0 }
  if (into === 'look') return { memory: LOOK.least + small * (seen.look ?? LOOK.memory), disk: 0, pauseMs: 0 }
  if (into === 'count') {
    return { memory: small * COUNT.memory, disk: 0, pauseMs: mode === 'inline' ? (small / 1e6) * COUNT.msPerMegabyte : 0 }
  }
  const cost = { ...lineOf(process.versions.node), ...seen }
  const raw = small * cost.file
  const memory = small * cost[mode] + (into === 'report' && mode === 'twin' ? raw * ANALYSIS : 0)
  const kept = into === 'file' ? raw * (compress ? COMPRESSED : 1) : 0
  // What an inline capture does not leave as it is lies on the disk until then.
  const passing = mode === 'inline' && (into !== 'file' || compress) ? raw : 0
  return { memory, disk: kept + passing, pauseMs: mode === 'inline' ? (small / 1e6) * cost.msPerMegabyte : 0 }
}

/** Remembers what a capture cost. */
function learn({ mode, into, pauseMs, rawBytes, twinPeakBytes }) {
  const small = smallBytes()
  if (into === 'walk' || into === 'look') {
    if (twinPeakBytes === undefined) return
    if (into === 'walk') seen.walk = (twinPeakBytes / small) * 1.1
    // Of a small heap most is what any heap takes, and no measure for a large one.
    else seen.look = Math.max(LOOK.memory, ((twinPeakBytes - LOOK.least) / small) * 1.1)
    return
  }
  seen = { ...seen, file: (rawBytes / small) * 1.1 }
  if (mode === 'inline') seen.msPerMegabyte = pauseMs / (small / 1e6)
  if (twinPeakBytes !== undefined && into !== 'report') seen.twin = (twinPeakBytes / small) * 1.1
}

function lineOf(version) {
  const lines = Object.keys(COSTS).map(Number)
  const own = Number(version.split('.')[0])
  return COSTS[lines.findLast((line) => line <= own) ?? lines[0]]
}

/** Bytes of the used heap without large objects, at least what an empty program has. */
function smallBytes() {
  const spaces = v8.getHeapSpaceStatistics().filter(({ space_name: name }) => !name.includes('large_object'))
  return Math.max(
    4e6,
    spaces.reduce((sum, space) => sum + space.space_used_size, 0),
  )
}

module.exports = { needs, learn }
