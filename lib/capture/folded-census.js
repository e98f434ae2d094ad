'use strict'

const { LIMITS } = require('../analyze.js')
const { FOLD_RULES } = require('../growth/growth.js')
const { look } = require('../growth/look.js')
const { boolean, callback, choice, integer, validate } = require('../options.js')
const { mapReport } = require('../source-map.js')
const { CAPTURE_RULES } = require('./take.js')
const { walkerRule } = require('./walker.js')

const RULES = {
  ...CAPTURE_RULES,
  ...FOLD_RULES,
  kind: choice(['folded']),
  top: integer(1, 1000, 20),
  limits: LIMITS,
  readScripts: boolean(true),
  walker: walkerRule,
  onProgress: callback,
}

/**
 * Folds this thread's heap by path where it lies, without a graph and its dominator tree: what `growth` compares, and the largest paths and
 * classes, in a fraction of the memory of a Report.
 */
async function foldedCensus(given) {
  const { kind, top, names, onProgress, ...options } = validate(given, RULES)
  // Only what has a name can be told.
  const { census, evidence, walkerReason, capture } = await look({ ...options, names: Math.max(names, top) }, undefined, onProgress)
  const { totalSize, nodeCount } = census
  return { kind, totalSize, nodeCount, largest: largestOf(census, top), classes: classesOf(census, top), census, evidence, walkerReason, capture }
}

/** The named paths that have the most bytes, those of what hangs from their objects included; a holder's largest one. */
function largestOf({ paths, told }, top) {
  const retained = [...paths.shallow]
  // Each path's parent is before it; the first has no parent.
  for (let at = retained.length - 1; at > 0; at--) retained[paths.parent[at]] += retained[at]
  const rows = told.map(([at, { name, type, location, path, cause, advice, fingerprint }]) => {
    return { name, type, location, count: paths.count[at], size: paths.shallow[at], retainedSize: retained[at], path, cause, advice, fingerprint }
  })
  rows.sort((one, other) => other.retainedSize - one.retainedSize)
  const holders = new Set()
  const suspects = rows.filter(({ fingerprint }) => holders.size < holders.add(fingerprint).size).slice(0, top)
  return mapReport({ suspects }).suspects
}

function classesOf({ strings, classes }, top) {
  return classes.name.slice(0, top).map((name, at) => ({ name: strings[name], count: classes.count[at], size: classes.shallow[at] }))
}

module.exports = { foldedCensus }
