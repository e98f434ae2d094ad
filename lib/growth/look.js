'use strict'

const { tmpdir } = require('node:os')
const { inlineFromScratch } = require('../capture/inline.js')
const { ReportTarget } = require('../capture/report-target.js')
const { take } = require('../capture/take.js')
const { WalkTarget } = require('../capture/walk-target.js')
const { walkerRefusal, refused, isWalkersOwn, endsWalking, distrustWalker } = require('../capture/walker.js')
const { walkerDoubt } = require('../capture/walker-trial.js')
const { examine } = require('../examine.js')
const { mapReport } = require('../source-map.js')
const { taskOf } = require('./growth.js')

/**
 * Captures this thread's heap and folds it where it is captured: `{ census, growth, evidence, walkerReason, capture }`. With `before`, earlier censuses as
 * JSON, `growth` says what grew since.
 */
async function look(options, before, onProgress) {
  const { top, minBytes, minCount, maxPaths, names, census, limits, ...capture } = options
  const task = taskOf({ top, minBytes, minCount, maxPaths, names, census, limits }, before)
  return captured(task, { ...capture, onProgress })
}

/**
 * Asks this thread's heap what a task says: the answer with `evidence` and `capture`, the figures of the capture. The heap is walked
 * where that can be trusted; else V8 makes its snapshot, and `walkerReason` says why.
 */
async function captured(asked, options) {
  // Asked when its turn has come: what grew is told by the time between looks.
  const task = () => ({ ...asked, fold: { ...asked.fold, time: Date.now() } })
  const { walker = 'auto', mode, readScripts, signal, onProgress } = options
  const folder = process.env.LEAKGUARD_DIR || tmpdir()
  let walkerReason = walkerRefusal(walker, mode)
  if (walkerReason === undefined) {
    walkerReason = await walkerDoubt(folder, options)
    if (walkerReason !== undefined && walker === true) refused(walkerReason)
  }
  let failure
  if (walkerReason === undefined) {
    const job = { into: asked.report === false ? 'look' : 'walk', folder, twin: () => new WalkTarget(task(), readScripts) }
    try {
      const { result, capture } = await take(job, { ...options, fallback: undefined })
      return { ...mapped(result), evidence: 'walker', capture }
    } catch (error) {
      if (walker === true || !endsWalking(error)) throw error
      walkerReason = `it failed in this process: ${error.message}`
      if (isWalkersOwn(error)) failure = walkerReason
    }
  }
  const job = {
    into: 'report',
    folder,
    twin: () => new ReportTarget(task(), readScripts),
    inline: () => inlineFromScratch(folder, options, (path) => examine(path, task(), { signal, onProgress, readScripts })),
  }
  // V8's snapshot costs too much for two at once.
  const { result, capture } = await take(job, { ...options, beside: false })
  // Where V8's snapshot fails as well, it was not the walk that was at fault.
  if (failure !== undefined) distrustWalker(failure)
  return { ...mapped(result), evidence: 'snapshot', walkerReason, capture }
}

/** The places of an answer as they were written. */
function mapped(result) {
  if (result.growth) {
    const [first] = mapReport(result.growth).suspects
    if (first) result.growth.text = first.text
  }
  return mapReport(result)
}

module.exports = { look, captured }
