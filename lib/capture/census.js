'use strict'

const { tmpdir } = require('node:os')
const { ANALYZE_RULES, analyze } = require('../analyze.js')
const { choice, validate, wrong, shown } = require('../options.js')
const { mapReport } = require('../source-map.js')
const { inlineFromScratch } = require('./inline.js')
const { lightCensus } = require('./light-census.js')
const { ReportTarget } = require('./report-target.js')
const { take, CAPTURE_RULES } = require('./take.js')
const { WalkTarget } = require('./walk-target.js')
const { walkerRefusal, isWalkersOwn } = require('./walker.js')

const RULES = { ...ANALYZE_RULES, ...CAPTURE_RULES, kind: choice(['full', 'light'], 'full'), walker }

function walker(name, value = 'auto') {
  if (value === 'auto' || typeof value === 'boolean') return value
  throw wrong(`"${name}" must be true, false or 'auto', got ${shown(value)}`)
}

/**
 * Captures this thread's heap and analyses it where it is captured: resolves to a Report with `capture` and `evidence`; no file
 * is left. The heap is walked where that can be trusted; else V8 makes its snapshot, and `walkerReason` says why.
 */
async function census(given) {
  if (given?.kind === 'light') return lightCensus(given)
  const options = validate(given, RULES)
  const { top, minShare, minBytes, limits, readScripts, signal, onProgress } = options
  const settings = { top, minShare, minBytes, limits }
  const folder = process.env.LEAKGUARD_DIR || tmpdir()
  let walkerReason = walkerRefusal(options.walker, options.mode)
  if (walkerReason === undefined) {
    const job = { into: 'walk', folder, twin: () => new WalkTarget(settings, readScripts) }
    try {
      const { result, capture } = await take(job, { ...options, fallback: undefined })
      return { ...mapReport(result), evidence: 'walker', capture }
    } catch (error) {
      if (options.walker === true || !isWalkersOwn(error)) throw error
      walkerReason = error.message
    }
  }
  const job = {
    into: 'report',
    folder,
    twin: () => new ReportTarget(settings, readScripts),
    inline: () =>
      inlineFromScratch(folder, options, (path) => analyze(path, { ...settings, readScripts, signal, onProgress })),
  }
  const { result, capture } = await take(job, options)
  return { ...mapReport(result), evidence: 'snapshot', walkerReason, capture }
}

module.exports = { census }
