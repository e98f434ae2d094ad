'use strict'

const { cut } = require('./words.js')

const GAP = '  '
const LEAST_TEXT = 12

/**
 * Aligned columns: numbers to the right, texts to the left. `columns` are `{ title, value, text }`, where `value(row)` is
 * what a cell shows and `text: true` marks a text. The widest text column gives way until a line fits in `width`.
 */
function table(columns, rows, { width, paint }) {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ value }) => value(row)))]
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)))
  narrow(widths, columns, width)
  return cells.map((line, row) => {
    const texts = line.map((cell, index) => {
      const fit = cut(cell, widths[index])
      return columns[index].text ? fit.padEnd(widths[index]) : fit.padStart(widths[index])
    })
    const joined = texts.join(GAP).trimEnd()
    return row === 0 ? paint.dim(joined) : joined
  })
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
