'use strict'

const { styleFor } = require('./paint.js')
const { section } = require('./section.js')
const { suspectText } = require('./suspect.js')
const { table } = require('./table.js')
const { bytes, count, safe, wrapped } = require('./words.js')

/** The columns of growth that is no leak. */
const NOISE = [
  { title: 'bytes', value: (row) => signed(row.retainedDelta, bytes) },
  { title: 'objects', value: (row) => signed(row.countDelta, count) },
  { title: 'whose', value: (row) => safe(row.source), text: true, spare: true },
  { title: 'what', value: (row) => safe(row.name), text: true },
]

/** What grew as a page for a person; `stream` is where the page goes. */
function growthText({ looks, totalSizes, suspects, noise, notes }, { stream } = {}) {
  const style = styleFor(stream)
  const { paint, width } = style
  const title = { 0: 'Nothing grows: no path has more at every look.', 1: '1 thing grows' }[suspects.length] ?? `${suspects.length} things grow`
  const blocks = suspects.map((suspect, index) => suspectText(suspect, index + 1, figuresOf(suspect), style))
  const parts = [
    wrapped(`${looks} looks, heap ${totalSizes.map(bytes).join(', ')}`, width).join('\n'),
    wrapped(title, width).map(paint.strong).join('\n'),
    ...blocks,
    section('Growth that is no leak', noise.length > 0 ? table(NOISE, noise, { width: width - 2, paint }) : [], style),
    section('Notes', notes.flatMap((note) => wrapped(safe(note), width - 2)), style),
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

function figuresOf({ counts, values, sizes, countDelta, retainedDelta }) {
  const all = (numbers, what) => `${numbers.map(count).join(', ')} ${what} (+${count(numbers.at(-1) - numbers[0])}), `
  const many = values ? all(values, 'values') : countDelta > 0 ? all(counts, 'objects') : ''
  return `${many}${sizes.map(bytes).join(', ')} (+${bytes(retainedDelta)})`
}

function signed(value, words) {
  return `${value < 0 ? '-' : '+'}${words(Math.abs(value))}`
}

module.exports = { growthText, figuresOf, signed, NOISE }
