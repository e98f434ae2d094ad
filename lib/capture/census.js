'use strict'

const { tmpdir } = require('node:os')
const { ANALYZE_RULES, analyze } = require('../analyze.js')
const { choice, validate } = require('../options.js')
const { mapReport } = require('../source-map.js')
const { inlineFromScratch } = require('./inline.js')
const { lightCensus } = require('./light-census.js')
const { ReportTarget } = require('./report-target.js')
const { take, CAPTURE_RULES } = require('./take.js')

const RULES = { ...ANALYZE_RULES, ...CAPTURE_RULES, kind: choice(['full', 'light'], 'full') }

/** Captures this thread's heap and analyses it where it is captured: resolves to a Report with `capture`; no file is left. */
async function census(given) {
  if (given?.kind === 'light') return lightCensus(given)
  const options = validate(given, RULES)
  const { top, minShare, minBytes, limits, readScripts, signal, onProgress } = options
  const settings = { top, minShare, minBytes, limits }
  const folder = process.env.LEAKGUARD_DIR || tmpdir()
  const job = {
    into: 'report',
    folder,
    twin: () => new ReportTarget(settings, readScripts),
    inline: () =>
      inlineFromScratch(folder, options, (path) => analyze(path, { ...settings, readScripts, signal, onProgress })),
  }
  const { result, capture } = await take(job, options)
  return { ...mapReport(result), capture }
}

module.exports = { census }
