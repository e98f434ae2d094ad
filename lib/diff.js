'use strict'

const { LIMITS } = require('./analyze.js')
const { examine, isStream } = require('./examine.js')
const { validate, integer, boolean, callback, abortSignal, wrong, shown } = require('./options.js')
const { isPath } = require('./path.js')
const { toldOf } = require('./told-of.js')

const RULES = {
  top: integer(1, 100_000, 20),
  limits: LIMITS,
  readScripts: boolean(true),
  signal: abortSignal,
  onProgress: callback,
}

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
    return toldOf(`the ${look === 1 ? 'first' : 'second'} snapshot`, source, examine(source, asked, { signal, onProgress: report, readScripts, since }))
  }
  const { tally } = await ask(before, 1, { tally: true })
  const answer = await ask(after, 2, { diff: { top } }, tally)
  return answer.diff
}

function requireSnapshot(source, name) {
  if (!isPath(source) && !isStream(source)) throw wrong(`${name} must be a path or a readable stream, got ${shown(source)}`)
}

module.exports = { diff }
