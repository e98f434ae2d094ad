'use strict'

const { signed } = require('./growth.js')
const { styleFor } = require('./paint.js')
const { section } = require('./section.js')
const { suspectText } = require('./suspect.js')
const { table } = require('./table.js')
const { bytes, count, safe, wrapped } = require('./words.js')

/** The columns of classes that changed. */
const CHANGED = [
  { title: 'bytes', value: (row) => signed(row.sizeDelta, bytes) },
  { title: 'objects', value: (row) => signed(row.countDelta, count) },
  { title: 'new', value: (row) => count(row.new.count), spare: true },
  { title: 'freed', value: (row) => count(row.freed.count), spare: true },
  { title: 'survived', value: (row) => count(row.survived.count), spare: true },
  { title: 'class', value: (row) => safe(row.name), text: true },
]

/** What changed between two snapshots as a page for a person; `stream` is where the page goes. */
function diffText(found, { stream } = {}) {
  const { classes, classCount, holders, holderCount, internal } = found
  const style = styleFor(stream)
  const { paint, width } = style
  const parts = [
    wrapped(headingOf(found), width).join('\n'),
    paint.strong(titleOf(classCount, holders.length, holderCount)),
    ...holders.map((holder, index) => suspectText(holder, index + 1, figuresOf(holder), style)),
    section(
      `Classes that changed${classCount > classes.length ? ` (${count(classes.length)} of ${count(classCount)})` : ''}`,
      classes.length > 0 ? table(CHANGED, classes, { width: width - 2, paint }) : [],
      style,
    ),
    internal.count > 0 ? wrapped(`V8's own code and shapes: ${sumText(internal)} new`, width).join('\n') : '',
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

function headingOf({ totals }) {
  return `heap ${bytes(totals.before.size)}, then ${bytes(totals.after.size)}: ${sumText(totals.new)} came, ${sumText(totals.freed)} went`
}

function titleOf(changes, shown, all) {
  if (changes === 0) return 'Nothing changed.'
  if (all === 0) return 'No old object holds new ones.'
  return `What holds new objects${all > shown ? ` (${count(shown)} of ${count(all)})` : ''}`
}

function figuresOf({ classes, ...sum }) {
  return `${sumText(sum)} new: ${classes.map((row) => `${count(row.count)} ${safe(row.name)} (${bytes(row.size)})`).join(', ')}`
}

function sumText({ count: objects, size }) {
  return `${count(objects)} ${objects === 1 ? 'object' : 'objects'} (${bytes(size)})`
}

module.exports = { diffText, figuresOf, headingOf, CHANGED }
