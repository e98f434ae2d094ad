'use strict'

const { styleFor } = require('./paint.js')
const { section } = require('./section.js')
const { suspectText } = require('./suspect.js')
const { table } = require('./table.js')
const { tablesOf } = require('./tables.js')
const { bytes, count, cutStart, percent, safe, wrapped } = require('./words.js')

/**
 * A report as a page for a person. `source` names what was analysed; `stream` is where the page goes, for its width and
 * for whether it shows bold. Texts out of the heap are escaped: a heap can hold what drives a terminal.
 */
function textOf(report, { source, stream } = {}) {
  const style = styleFor(stream)
  const parts = [
    heading(report, source, style),
    suspects(report, style),
    ...tablesOf(report).map((one) => section(one.title, linesOf(one, style), style)),
    section('Notes on the input', (report.notes ?? []).map(safe), style),
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

function heading(report, source, { width, paint }) {
  const made = [report.node && `Node ${safe(report.node)}`, report.v8 && `V8 ${safe(report.v8)}`]
  const size = `${bytes(report.totalSize)} in ${count(report.nodeCount)} nodes, ${count(report.edgeCount)} edges`
  const title = source === undefined ? '' : `${paint.strong(cutStart(safe(source), width))}\n`
  return title + wrapped([...made, size].filter(Boolean).join(' · '), width).join('\n')
}

function suspects(report, style) {
  const { paint } = style
  if (report.suspects.length === 0) return wrapped(noSuspects(report), style.width).map(paint.strong).join('\n')
  const title = report.suspects.length === 1 ? '1 leak suspect' : `${report.suspects.length} leak suspects`
  return [paint.strong(title), ...report.suspects.map((suspect, index) => suspectText(suspect, index + 1, figuresOf(suspect), style))].join('\n\n')
}

/** Why a report has none. */
function noSuspects({ query }) {
  return query === undefined ? 'No leak suspects: nothing holds an unusual share of the heap.' : 'No leak suspect fits the query.'
}

function figuresOf({ count: objects, retainedSize, share }) {
  return `${count(objects)} ${objects === 1 ? 'object' : 'objects'}, ${bytes(retainedSize)} retained, ${percent(share)} of the heap`
}

function linesOf({ columns, rows, more }, { width, paint }) {
  return [...table(columns, rows, { width: width - 2, paint }), ...(more > 0 ? [paint.dim(`and ${count(more)} more`)] : [])]
}

module.exports = { textOf, figuresOf, noSuspects }
