'use strict'

const { examine } = require('./examine.js')
const { validate, integer, share, size, boolean, callback, abortSignal, group } = require('./options.js')

const LIMITS = group({
  maxNodes: integer(1, 2 ** 28 - 1),
  maxEdges: integer(1, 2 ** 32 - 2),
  maxStringBytes: size(),
  maxBytes: size(),
})
// What is left undefined takes the analysis' own default; index.d.ts says which.
const ANALYZE_RULES = {
  top: integer(1, 100_000),
  minShare: share(),
  minBytes: size(),
  limits: LIMITS,
  readScripts: boolean(true),
  signal: abortSignal,
  onProgress: callback,
}

/** Analyses a heap snapshot, a path or a stream, on threads of its own and resolves to its report. */
async function analyze(source, options) {
  const { signal, onProgress, readScripts, ...settings } = validate(options, ANALYZE_RULES)
  return examine(source, { options: settings }, { signal, onProgress, readScripts })
}

module.exports = { analyze, ANALYZE_RULES, LIMITS }
