'use strict'

const { LIMITS } = require('./analyze.js')
const { LeakguardError } = require('./errors.js')
const { examine, isStream } = require('./examine.js')
const { validate, integer, boolean, callback, abortSignal, wrong, shown } = require('./options.js')
const { isPath } = require('./path.js')

const RULES = {
  top: integer(1, 100_000, 20),
  limits: LIMITS,
  readScripts: boolean(true),
  signal: abortSignal,
  onProgress: callback,
}

const ABOUT_BOTH = ['ERR_LEAKGUARD_UNRELATED', 'ERR_LEAKGUARD_CANCELLED']

/**
 * Says what came and what went between two snapshots of one process, object by object, and which old objects hold what came. One heap at
 * a time is in memory; of the first, 16 bytes an object are kept.
 */
async function diff(before, after, given) {
  const { top, limits, readScripts, signal, onProgress } = validate(given, RULES)
  requireSnapshot(before, 'before')
  requireSnapshot(after, 'after')
  if (before === after && !isPath(before)) throw wrong('before and after are one stream, which can be read once only')
  const ask = (source, look, task, since) => {
    const report = onProgress && ((progress) => onProgress({ look, looks: 2, ...progress }))
    const asked = { report: false, options: { limits }, ...task }
    return told(look, source, examine(source, asked, { signal, onProgress: report, readScripts, since }))
  }
  const { tally } = await ask(before, 1, { tally: true })
  const answer = await ask(after, 2, { diff: { top } }, tally)
  return answer.diff
}

function requireSnapshot(source, name) {
  if (!isPath(source) && !isStream(source)) throw wrong(`${name} must be a path or a readable stream, got ${shown(source)}`)
}

/** Of two files, which one an error is about; what is wrong with both together is about neither. */
async function told(look, source, work) {
  try {
    return await work
  } catch (error) {
    const isTold = ABOUT_BOTH.includes(error.code) || error.cause?.syscall === 'open'
    if (!(error instanceof LeakguardError) || isTold) throw error
    const which = `the ${look === 1 ? 'first' : 'second'} snapshot${isPath(source) ? ` (${source})` : ''}`
    const { code, message, cause, byte } = error
    throw new LeakguardError(code, `${which}: ${message.slice(`${code}: `.length)}`, { cause, byte })
  }
}

module.exports = { diff }
