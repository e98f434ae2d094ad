'use strict'

const { cancelled } = require('./errors.js')
const { reportOf, reportOfFed } = require('./job.js')
const { native } = require('./native.js')
const { wrong, shown } = require('./options.js')
const { isPath, pathOf } = require('./path.js')

const progress = (job) => job.progress()

/**
 * Asks a snapshot what a task says, on threads of its own: resolves to the report's fields, `census`, `growth`, `diff`; with a task's
 * `tally`, to what is kept of the snapshot in native memory, to be `since` of another one's `diff`; with its `view`, to the heap in native
 * memory, too, which is asked on; what is known of that before it is known who holds what comes to `onOutline`, as JSON, once. `before`: a promise of
 * the task's earlier censuses, as JSON; the source is read and folded meanwhile. `turn`: a promise; the source is read, and not folded until it is kept.
 *
 * `source` is a path, a `file:` URL, or anything that is iterated asynchronously to chunks (a Readable, a web stream).
 */
async function examine(source, task, { signal, onProgress, onOutline, readScripts = true, since, before, turn }) {
  if (signal?.aborted) throw cancelled('analysis', signal)
  const job = new (native().AnalysisJob)(JSON.stringify(task), readScripts)
  if (since !== undefined) job.since(since)
  if (turn !== undefined) {
    job.awaitTurn()
    turn.then(() => job.turn())
  }
  if (before !== undefined) {
    job.awaitBefore()
    before.then((censuses) => job.before(censuses)).catch(() => job.cancel()) // whoever makes them tells why
  }
  const settings = { what: 'analysis', signal, onProgress, progress: onOutline === undefined ? progress : telling(onOutline) }
  if (isPath(source)) {
    job.openFile(pathOf(source, 'source'))
    return answerOf(await reportOf(job, settings), job)
  }
  if (!isStream(source)) throw wrong(`the source must be a path or a readable stream, got ${shown(source)}`)
  job.openFeed()
  return answerOf(await reportOfFed(job, source, settings), job)
}

/** How far a job is; what it knows of its heap is told on the way. */
function telling(onOutline) {
  let told = false
  return (job) => {
    const outline = told ? null : job.outline()
    if (outline !== null) {
      told = true
      onOutline(outline)
    }
    return job.progress()
  }
}

/** Compares the censuses of a task: there is no snapshot. */
async function compare(task, { signal }) {
  if (signal?.aborted) throw cancelled('comparison', signal)
  const job = new (native().AnalysisJob)(JSON.stringify(task), false)
  job.openCensuses()
  return answerOf(await reportOf(job, { what: 'comparison', signal }), job)
}

function isStream(source) {
  return typeof source?.[Symbol.asyncIterator] === 'function'
}

function answerOf(report, job) {
  const tally = job.tally()
  if (tally) return { tally }
  const view = job.view()
  return { ...JSON.parse(report), ...(view && { view }) }
}

module.exports = { examine, compare, isStream }
