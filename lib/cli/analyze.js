'use strict'

const { analyze } = require('../analyze.js')
const { wrong } = require('../options.js')
const { requireHeadroomFor } = require('./headroom.js')
const { refuseProfile } = require('./refuse-profile.js')

const TEXT_TOP = 15
/** A query is asked of all rows that a report can have; what fits is cut afterwards. */
const ALL = 100_000

/** `leakguard analyze FILE`. */
async function analyzeCommand([file, ...rest], { json, md, html, query, top, 'no-scripts': noScripts, force }, streams) {
  const { progress } = streams
  if (file === undefined || rest.length > 0) throw wrong('analyze takes one FILE, or - for standard input')
  if (json && md) throw wrong('analyze prints JSON or Markdown, not both')
  if (query !== undefined) require('../report/query.js').queryOf(query) // before the work is done
  refuseProfile(file)
  requireHeadroomFor([file], { force })
  const rows = top ?? (json ? undefined : TEXT_TOP)
  const working = analyze(file === '-' ? streams.stdin : file, { top: query === undefined ? rows : ALL, readScripts: !noScripts, onProgress: progress.tell })
  if (!json) require('../report/text.js') // while the analysis works
  const whole = await working
  const report = query === undefined ? whole : cut(require('../report/query.js').queried(whole, query), rows)
  const leak = report.suspects.length > 0
  const source = file === '-' ? 'standard input' : file
  progress.end()
  if (html !== undefined) {
    const { reportHtml } = require('../report/html/report.js')
    const { saved } = require('./saved.js')
    await saved(html, reportHtml(report, { source }))
  }
  if (json) return { text: require('./json.js').asciiJson(report), asked: true, leak }
  if (!md) return { text: require('../report/text.js').textOf(report, { source, stream: streams.stdout }), leak }
  const { reportMarkdown } = require('../report/markdown/report.js')
  return { text: reportMarkdown(report, { source }), asked: true, leak }
}

function cut(report, rows = 50) {
  const tables = ['classes', 'dominators', 'contexts', 'closures'].map((name) => [name, report[name].slice(0, rows)])
  return { ...report, ...Object.fromEntries(tables) }
}

module.exports = { analyzeCommand }
