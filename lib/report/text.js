'use strict'

const { forgotten } = require('./forgotten.js')
const { styleFor } = require('./paint.js')
const { placeOf, suspectText } = require('./suspect.js')
const { table } = require('./table.js')
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
    section('Classes by retained size', classes(report, style), style),
    section('Largest holders', dominators(report, style), style),
    ...forgotten(report, style).map(([title, lines]) => section(title, lines, style)),
    section('Duplicate strings', strings(report, style), style),
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
  if (report.suspects.length === 0) return paint.strong('No leak suspects: nothing holds an unusual share of the heap.')
  const title = report.suspects.length === 1 ? '1 leak suspect' : `${report.suspects.length} leak suspects`
  return [paint.strong(title), ...report.suspects.map((suspect, index) => suspectText(suspect, index + 1, figuresOf(suspect), style))].join('\n\n')
}

function figuresOf({ count: objects, retainedSize, share }) {
  return `${count(objects)} ${objects === 1 ? 'object' : 'objects'}, ${bytes(retainedSize)} retained, ${percent(share)} of the heap`
}

function classes({ classes, classCount }, style) {
  const columns = [
    { title: 'retained', value: (row) => bytes(row.retainedSize) },
    { title: 'own size', value: (row) => bytes(row.shallowSize), spare: true },
    { title: 'objects', value: (row) => count(row.count) },
    { title: 'class', value: (row) => safe(row.name), text: true },
    { title: 'written at', value: (row) => (row.location ? safe(placeOf(row.location)) : ''), text: true, spare: true },
  ]
  const more = classCount - classes.length
  return [...filled(columns, classes, style), ...(more > 0 ? [style.paint.dim(`and ${count(more)} more`)] : [])]
}

function dominators({ dominators }, style) {
  const columns = [
    { title: 'retained', value: (row) => bytes(row.retainedSize) },
    { title: 'objects', value: (row) => count(row.retainedCount), spare: true },
    { title: 'held as', value: (row) => safe(row.name), text: true },
    { title: 'class', value: (row) => safe(row.class), text: true, spare: true },
    { title: 'id', value: (row) => `@${row.id}`, spare: true },
  ]
  return filled(columns, dominators, style)
}

function strings({ strings }, style) {
  const columns = [
    { title: 'wasted', value: (row) => bytes(row.wasted) },
    { title: 'copies', value: (row) => count(row.count) },
    { title: 'text', value: (row) => safe(JSON.stringify(row.value)), text: true },
  ]
  return filled(columns, strings, style)
}

function filled(columns, rows, { width, paint }) {
  return rows.length === 0 ? [] : table(columns, rows, { width: width - 2, paint })
}

function section(title, lines, { paint }) {
  return lines.length === 0 ? '' : [paint.strong(title), ...lines.map((line) => `  ${line}`)].join('\n')
}

module.exports = { textOf }
