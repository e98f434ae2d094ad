'use strict'

const { LIMITS } = require('../analyze.js')
const { compare, examine, isStream } = require('../examine.js')
const { validate, integer, size, boolean, callback, abortSignal, wrong, shown } = require('../options.js')
const { isPath } = require('../path.js')
const { toldOf } = require('../told-of.js')
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
 * Says what grew between all of the looks, oldest first: snapshots (paths or streams) and censuses, as they come. Of a heap only the census is kept, and
 * while one is folded the next is read, and the last two are folded together: two are in memory, and while the census of one is written, the beginning of
 * a third. Of light censuses, what grew by constructor.
 */
async function growth(looks, given) {
  const { limits, readScripts, signal, onProgress, ...settings } = validate(given, RULES)
  if (!Array.isArray(looks) || looks.length < 2) throw wrong(`growth takes an array of two looks or more, got ${shown(looks)}`)
  looks.forEach(requireLook)
  if (looks.some(isLight)) return lightGrowth(looks, settings)
  // A census that was kept has its storage's bytes where its owners are, of the few that are paths of their own, too.
  const classes = looks.some((look) => censusOf(look) !== undefined)
  let done = 0
  let isLastBegun = false
  const ask = async (look, index, { before, turn, signal, isRead, isFolded }) => {
    const task = taskOf({ ...settings, limits, beside: isBeside(looks, index), classes }, before && [])
    const tell = (progress) => {
      if (progress.stage !== 'parse') isRead()
      if (progress.stage === 'report') isFolded()
      // Of two looks that are at work the first is told of; but the last one from its beginning on: the other waits for it.
      if (index === (isLastBegun ? looks.length - 1 : done)) onProgress?.({ look: index + 1, looks: looks.length, ...progress })
    }
    isLastBegun = index === looks.length - 1
    try {
      const own = censusOf(look)
      if (own === undefined) return await toldOf(`look ${index + 1}`, look, examine(look, task, { before, turn, signal, onProgress: tell, readScripts }))
      isRead()
      return before === undefined ? { census: own } : await compare({ ...task, before: [...(await before), JSON.stringify(own)] }, { signal })
    } finally {
      done++
    }
  }
  return (await relay(looks, ask, signal)).growth
}

/**
 * Asks one look after the other, the last for what the others' censuses are handed to: `before`, as JSON. The next is begun when this one `isRead` and the
 * one before it `isFolded`; the last but one has its `turn` when the last is read: folding takes one thread each, reading two. What fails ends the others,
 * and is thrown.
 */
async function relay(looks, ask, signal) {
  let failed
  const stop = {
    get aborted() {
      return failed !== undefined || signal?.aborted === true
    },
    get reason() {
      return signal?.reason
    },
  }
  const answers = []
  const last = looks.length - 1
  const foldings = []
  let reading
  const [turn, allRead] = told()
  for (const [index, look] of looks.entries()) {
    await Promise.all([foldings.at(-2), reading])
    if (failed) break
    const before = index === last ? Promise.all(answers).then(censusesOf) : undefined
    before?.catch(() => {}) // where one of them fails, that is told
    const [read, isRead] = told()
    const [folded, isFolded] = told()
    reading = read
    foldings.push(folded)
    const answer = ask(look, index, { before, turn: index === last - 1 ? turn : undefined, signal: stop, isRead, isFolded })
    answers.push(answer)
    answer
      .catch((error) => (failed ??= { error }))
      .finally(isRead)
      .finally(isFolded)
    if (index === last) reading.then(allRead)
  }
  await Promise.allSettled(answers)
  if (failed) throw failed.error
  return answers.at(-1)
}

/** Is the one before folded while this one is read? Before the last one it waits. */
function isBeside(looks, index) {
  return index > 0 && index < looks.length - 1 && censusOf(looks[index - 1]) === undefined
}

/** A promise, and what keeps it. */
function told() {
  let keep
  return [new Promise((resolve) => (keep = resolve)), () => keep()]
}

function censusesOf(answers) {
  return answers.map(({ census }) => JSON.stringify(census))
}

/**
 * What is asked of a look: its census, or, with earlier ones, what grew since. There is no dominator tree, which would take most of the time and memory,
 * but where a name depends on it: what hangs from a way counts as what it retains.
 */
function taskOf({ limits, maxPaths, names = 0, census, beside, classes, ...settings }, before) {
  const task = { options: { limits }, beside, report: false, retained: false, fold: { maxPaths, names, classes } }
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
