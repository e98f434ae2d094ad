'use strict'

const { bytes, cut } = require('../report/words.js')
const { moment, span } = require('./moment.js')

const ROWS = 12
const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const HEAP = '█'
const RSS = '•'
const MARKS = { heapLimit: '─', cgroupLimit: '═' }
/** A limit that is further away would make everything below it flat. */
const LIMIT_REACH = 3

/**
 * Memory over time as lines of text, `width` wide: the heap as an area, RSS as points, limits as lines. A column shows the
 * highest of its samples, or the last one before it.
 */
function chart(samples, { width }) {
  const rows = samples.map(({ time, heapUsed, rss }) => ({ time, heapUsed, rss }))
  const most = Math.max(0, ...finite(rows.map(({ heapUsed }) => heapUsed)), ...finite(rows.map(({ rss }) => rss)))
  if (most === 0) return []
  const limits = { heapLimit: last(samples, (one) => one.heapLimit), cgroupLimit: last(samples, (one) => one.cgroup?.limit) }
  const shown = Object.entries(limits).filter(([, limit]) => limit !== undefined && limit <= most * LIMIT_REACH)
  const top = Math.max(most, ...shown.map(([, limit]) => limit))
  const label = Math.max(...[top, top / 2].map((value) => bytes(value).length))
  const columns = columnsOf(rows, width - label - 3)
  const grid = Array.from({ length: ROWS }, () => columns.map(() => ' '))
  for (const [name, limit] of shown) grid[rowOf(limit, top)].fill(MARKS[name])
  columns.forEach(({ heapUsed, rss }, column) => {
    if (heapUsed !== undefined) area(grid, column, heapUsed / top)
    if (rss === undefined) return
    const row = grid[rowOf(rss, top)]
    if (row[column] !== HEAP) row[column] = RSS
  })
  const labels = { 0: bytes(top), [ROWS / 2]: bytes(top / 2), [ROWS - 1]: '0' }
  return [
    ...grid.map((row, index) => `${(labels[index] ?? '').padStart(label)} │${row.join('').trimEnd()}`),
    `${' '.repeat(label)} └${'─'.repeat(columns.length)}`,
    ...axis(rows, label + 2, columns.length, width),
    '',
    ...legend(rows, limits, shown, width),
  ]
}

/** One entry a column: the highest heap and RSS of its samples. */
function columnsOf(rows, width) {
  const [start, end] = [rows[0].time, rows.at(-1).time]
  // A clock that was set back says nothing about distances: then each sample is as wide as any other.
  const ordered = end > start && rows.every(({ time }, index) => index === 0 || time >= rows[index - 1].time)
  const count = ordered ? width : Math.min(width, rows.length)
  const columns = Array.from({ length: count }, () => undefined)
  rows.forEach(({ time, heapUsed, rss }, index) => {
    const place = ordered ? (time - start) / (end - start) : index / rows.length
    const column = Math.min(count - 1, Math.floor(place * count))
    const old = columns[column]
    columns[column] = { heapUsed: higher(old?.heapUsed, heapUsed), rss: higher(old?.rss, rss) }
  })
  for (let index = 1; index < count; index++) columns[index] ??= columns[index - 1]
  return columns
}

function higher(a, b) {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b)
}

function area(grid, column, share) {
  const eighths = Math.round(Math.max(0, share) * ROWS * 8)
  for (let row = 0; row < ROWS; row++) {
    const part = Math.min(8, eighths - row * 8)
    if (part > 0) grid[ROWS - 1 - row][column] = EIGHTHS[part]
  }
}

function rowOf(value, top) {
  return ROWS - 1 - Math.min(ROWS - 1, Math.max(0, Math.floor((value / top) * ROWS)))
}

function axis(rows, indent, count, width) {
  const [start, end] = [moment(rows[0].time), moment(rows.at(-1).time)]
  const over = span(rows.at(-1).time - rows[0].time)
  const room = Math.max(count, 0)
  if (start.length + end.length + 2 > room) return `${start} to ${end}`.length <= width ? [`${start} to ${end}`] : [`${start} to`, end]
  const gap = room - start.length - end.length
  const middle = over.length + 2 <= gap ? over : ''
  const left = Math.floor((gap - middle.length) / 2)
  return [`${' '.repeat(indent)}${start}${' '.repeat(left)}${middle}${' '.repeat(gap - left - middle.length)}${end}`]
}

function legend(rows, limits, shown, width) {
  const drawn = new Set(shown.map(([name]) => name))
  const limit = (name, words) => {
    if (limits[name] === undefined) return undefined
    const text = `${words} ${bytes(limits[name])}`
    return drawn.has(name) ? `${MARKS[name]} ${text}` : `${text}, far above`
  }
  const parts = [
    rows.some(({ heapUsed }) => heapUsed !== undefined) && `${HEAP} heap used`,
    rows.some(({ rss }) => rss !== undefined) && `${RSS} RSS`,
    limit('heapLimit', "V8's limit"),
    limit('cgroupLimit', 'cgroup limit'),
  ].filter(Boolean)
  const lines = ['']
  for (const part of parts) {
    const joined = lines.at(-1) === '' ? part : `${lines.at(-1)}   ${part}`
    if (joined.length <= width) lines[lines.length - 1] = joined
    else lines.push(cut(part, width))
  }
  return lines
}

function last(samples, value) {
  const sample = samples.findLast((one) => value(one) > 0)
  return sample && value(sample)
}

function* finite(values) {
  for (const value of values) if (value !== undefined) yield value
}

module.exports = { chart }
