'use strict'

const { tmpdir } = require('node:os')
const { inlineFromScratch } = require('../capture/inline.js')
const { ReportTarget } = require('../capture/report-target.js')
const { take } = require('../capture/take.js')
const { examine } = require('../examine.js')
const { mapReport } = require('../source-map.js')
const { taskOf } = require('./growth.js')

/**
 * Captures this thread's heap and folds it where it is captured: `{ census, growth, capture }`. With `before`, earlier censuses as
 * JSON, `growth` says what grew since.
 */
async function look(options, before, onProgress) {
  const { top, minBytes, minCount, maxPaths, names, census, limits, ...capture } = options
  return captured(taskOf({ top, minBytes, minCount, maxPaths, names, census, limits }, before), { ...capture, onProgress })
}

/** Asks this thread's heap what a task says: the answer with `capture`, the figures of the capture. */
async function captured(task, options) {
  const { readScripts, signal, onProgress } = options
  const folder = process.env.LEAKGUARD_DIR || tmpdir()
  const job = {
    into: 'report',
    folder,
    twin: () => new ReportTarget(task, readScripts),
    inline: () => inlineFromScratch(folder, options, (path) => examine(path, task, { signal, onProgress, readScripts })),
  }
  const { result, capture } = await take(job, options)
  if (result.growth) {
    const [first] = mapReport(result.growth).suspects
    if (first) result.growth.text = first.text
  }
  return { ...mapReport(result), capture }
}

module.exports = { look, captured }
