'use strict'

/** V8's kinds of collections by name: bits of its `GCType`, which `perf_hooks` passes on as they are. */
const KINDS = { scavenge: 1, 'minor-mark-compact': 2, 'mark-compact': 4, incremental: 8, 'weak-callbacks': 16 }

const NAMES = new Map(Object.entries(KINDS).map(([name, bit]) => [bit, name]))

/** Of V8's `GCCallbackFlags`: somebody asked for this collection. */
const FORCED = 1 << 2

function nameOf(bit) {
  return NAMES.get(bit) ?? `kind ${bit}`
}

/** The bits of some names. */
function bitsOf(names) {
  return names.reduce((bits, name) => bits | KINDS[name], 0)
}

module.exports = { KINDS, FORCED, nameOf, bitsOf }
