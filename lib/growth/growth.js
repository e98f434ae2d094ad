'use strict'

const { LIMITS } = require('../analyze.js')
const { compare, examine, isStream } = require('../examine.js')
const { validate, integer, size, boolean, callback, abortSignal, wrong, shown } = require('../options.js')
const { isPath } = require('../path.js')
const { isLight, lightGrowth } = require('./light.js')
const { OWN } = require('./own.js')

/** What counts as growth. */
const GROWTH_RULES = {
  top: integer(1, 1000, 10),
  minBytes: size(64 * 1024),
  minCount: integer(1, 1e9, 20),
}
/** What a census keeps. */
const FOLD_RULES = {
  maxPaths: integer(100, 1_000_000, 20_000),
  names: integer(0, 10_000, 100),
}
const RULES = {
  ...GROWTH_RULES,
  maxPaths: FOLD_RULES.maxPaths,
  limits: LIMITS,
  readScripts: boolean(true),
  signal: abortSignal,
  onProgress: callback,
}

/**
 * Says what grew between all of the looks, oldest first: snapshots (paths or streams) and censuses, as they come. One heap at a
 * time is in memory; of the others only the census is kept. Of light censuses, what grew by constructor.
 */
async function growth(looks, given) {
  const { limits, readScripts, signal, onProgress, ...settings } = validate(given, RULES)
  if (!Array.isArray(looks) || looks.length < 2) throw wrong(`growth takes an array of two looks or more, got ${shown(looks)}`)
  looks.forEach(requireLook)
  if (looks.some(isLight)) return lightGrowth(looks, settings)
  const before = []
  let answer
  for (const [index, look] of looks.entries()) {
    const isLast = index === looks.length - 1
    const own = censusOf(look)
    if (own !== undefined) before.push(JSON.stringify(own))
    const task = taskOf({ ...settings, limits }, isLast ? before : undefined)
    const report = onProgress && ((progress) => onProgress({ look: index + 1, looks: looks.length, ...progress }))
    if (own === undefined) {
      answer = await examine(look, task, { signal, onProgress: report, readScripts })
      if (!isLast) before.push(JSON.stringify(answer.census))
    } else if (isLast) {
      answer = await compare(task, { signal })
    }
  }
  return answer.growth
}

/** What is asked of a look: its census, or, with earlier ones, what grew since. */
function taskOf({ limits, maxPaths, names = 0, census, ...settings }, before) {
  const task = { options: { limits }, report: false, fold: { maxPaths, names } }
  if (before === undefined) return { ...task, census: true }
  return { ...task, census, growth: { ...settings, own: OWN }, before }
}

/** The folded census of what `census()` or a look of `findGrowth` answered, or the thing itself. */
function censusOf(look) {
  if (look === null || typeof look !== 'object' || isPath(look) || isStream(look)) return undefined
  return look.census ?? look
}

function requireLook(look, index) {
  if (isPath(look) || isStream(look) || (look !== null && typeof look === 'object')) return
  throw wrong(`look ${index + 1} must be a path, a readable stream or a census, got ${shown(look)}`)
}

module.exports = { growth, taskOf, GROWTH_RULES, FOLD_RULES }
