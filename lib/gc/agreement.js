'use strict'

const v8 = require('node:v8')
const { native } = require('../native.js')

/** The fields of V8's class, in its order, by the names under which Node tells them. */
const FIELDS = [
  'total_heap_size',
  'total_heap_size_executable',
  'total_physical_size',
  'total_available_size',
  'used_heap_size',
  'heap_size_limit',
  'malloced_memory',
  'external_memory',
  'peak_malloced_memory',
  'does_zap_garbage',
  'number_of_native_contexts',
  'number_of_detached_contexts',
  'total_global_handles_size',
  'used_global_handles_size',
]

/** Other threads of V8 allocate meanwhile: a field can be out of step once, not each time. */
const ATTEMPTS = 20

let agreed = false

/** Why V8's own callbacks are not used here; `undefined`: their figures agree with those that Node tells. About 5 µs, once. */
function disagreement() {
  if (agreed) return undefined
  let addon
  try {
    addon = native()
  } catch (error) {
    return error.message
  }
  const missing = addon.gcFeedUnsupported()
  if (missing !== null) return missing
  let field
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    field = differing(addon)
    if (field === undefined) {
      agreed = true
      return undefined
    }
  }
  return `V8's own figures differ from v8.getHeapStatistics() in ${field}`
}

/** A field that does not lie between what Node says before and after. */
function differing(addon) {
  const before = v8.getHeapStatistics()
  const own = addon.readHeapFigures() ?? []
  const after = v8.getHeapStatistics()
  return FIELDS.find((name, at) => {
    const bounds = [before[name], after[name]]
    return !(own[at] >= Math.min(...bounds) && own[at] <= Math.max(...bounds))
  })
}

let names

/** The names of V8's spaces, in its order, if its figures of them are those that Node tells, else none. Asked once. */
function spaceNames() {
  if (names !== undefined) return names
  const addon = native()
  for (let attempt = 0; attempt < ATTEMPTS && disagreement() === undefined; attempt++) {
    const before = v8.getHeapSpaceStatistics()
    const own = addon.readHeapSpaces()?.slice(1)
    const after = v8.getHeapSpaceStatistics()
    if (areBetween(own, before, after)) return (names = before.map(({ space_name: name }) => name))
  }
  return (names = [])
}

function areBetween(own, before, after) {
  const isBetween = (value, one, other) => value >= Math.min(one, other) && value <= Math.max(one, other)
  return own?.length === before.length && own.every((used, at) => isBetween(used, before[at].space_used_size, after[at].space_used_size))
}

module.exports = { disagreement, spaceNames }
