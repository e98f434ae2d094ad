'use strict'

const { cut, cutStart } = require('./words.js')

const GAP = '  '
const LEAST_TEXT = 12

/**
 * Aligned columns: numbers to the right, texts to the left. `columns` are `{ title, value, text }`, where `value(row)` is
 * what a cell shows, `text: true` marks a text, and `end: true` one whose end a person knows, such as a path. The widest text column gives way until a line fits in `width`; where that is not
 * enough, columns with `spare: true` are left out, the last one first.
 */
function table(given, rows, { width, paint }) {
  const columns = fitting(given, rows, width)
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ value }) => value(row)))]
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)))
  narrow(widths, columns, width)
  return cells.map((line, row) => {
    const texts = line.map((cell, index) => {
      const fit = (columns[index].end ? cutStart : cut)(cell, widths[index])
      return columns[index].text ? fit.padEnd(widths[index]) : fit.padStart(widths[index])
    })
    const joined = texts.join(GAP).trimEnd()
    return row === 0 ? paint.dim(joined) : joined
  })
}

function fitting(columns, rows, width) {
  const least = ({ title, value, text }) => {
    const widest = rows.reduce((most, row) => Math.max(most, value(row).length), title.length)
    return text ? Math.min(widest, LEAST_TEXT) : widest
  }
  const kept = columns.map((column) => ({ column, room: least(column) + GAP.length }))
  for (;;) {
    const spare = kept.findLastIndex(({ column }) => column.spare)
    if (spare < 0 || kept.reduce((sum, { room }) => sum + room, -GAP.length) <= width) return kept.map(({ column }) => column)
    kept.splice(spare, 1)
  }
}

function narrow(widths, columns, width) {
  const total = () => widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length)
  for (;;) {
    const texts = widths.map((one, index) => (columns[index].text && one > LEAST_TEXT ? one : 0))
    const widest = Math.max(...texts)
    const excess = total() - width
    if (excess <= 0 || widest === 0) return
    const second = Math.max(LEAST_TEXT, ...texts.filter((one) => one < widest))
    widths[texts.indexOf(widest)] = Math.max(widest - excess, Math.min(second, widest - 1))
  }
}

module.exports = { table }
