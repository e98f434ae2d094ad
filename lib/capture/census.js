'use strict'

const { ANALYZE_RULES } = require('../analyze.js')
const { FOLD_RULES } = require('../growth/growth.js')
const { captured } = require('../growth/look.js')
const { choice, validate } = require('../options.js')
const { foldedCensus } = require('./folded-census.js')
const { lightCensus } = require('./light-census.js')
const { CAPTURE_RULES } = require('./take.js')
const { walkerRule } = require('./walker.js')

const RULES = { ...ANALYZE_RULES, ...CAPTURE_RULES, ...FOLD_RULES, kind: choice(['full', 'folded', 'light'], 'full'), walker: walkerRule }

/**
 * Captures this thread's heap and analyses it where it is captured: resolves to a Report with `census`, the folded heap that `growth`
 * compares, `evidence` and `capture`; no file is left.
 */
async function census(given) {
  if (given?.kind === 'light') return lightCensus(given)
  if (given?.kind === 'folded') return foldedCensus(given)
  const { top, minShare, minBytes, limits, maxPaths, names, ...options } = validate(given, RULES)
  const task = { options: { top, minShare, minBytes, limits }, census: true, fold: { maxPaths, names } }
  return captured(task, options)
}

module.exports = { census }
