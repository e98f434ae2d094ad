'use strict'

const { table } = require('./table.js')
const { count, safe } = require('./words.js')

/** Fewer are what healthy programs have; Node itself warns from 11 listeners on. */
const MANY = 11
const ROWS = 10

const COUNT = { title: 'count', value: (row) => count(row.count) }

/** What programs forget to take away, where there is much of it: `[[title, lines]]`. */
function forgotten({ listeners = [], timers = [], waiting = [] }, style) {
  const places = ({ functions }) => functions.slice(0, 3).map(placed).join(', ') + (functions.length > 3 ? ', …' : '')
  return [
    ['Listeners', listeners, [
      COUNT,
      { title: 'on', value: (row) => safe(row.type), text: true, spare: true },
      { title: 'event', value: (row) => safe(row.event), text: true },
      { title: 'listener', value: (row) => safe(places(row)), text: true },
    ]],
    ['Timers', timers, [
      COUNT,
      { title: 'delay', value: ({ delay }) => (delay === undefined ? '' : `${count(delay)} ms`) },
      { title: 'set by', value: (row) => safe(row.type), text: true, spare: true },
      { title: 'callback', value: (row) => safe(placed(row)), text: true },
    ]],
    ['Async functions that wait', waiting, [COUNT, { title: 'function', value: (row) => safe(placed(row)), text: true }]],
  ].map(([title, rows, columns]) => [title, filled(columns, rows.filter((row) => row.count >= MANY).slice(0, ROWS), style)])
}

function filled(columns, rows, { width, paint }) {
  return rows.length === 0 ? [] : table(columns, rows, { width: width - 2, paint })
}

/** `onNews (/app/bus.js:7:3)` */
function placed({ function: name, location }) {
  const place = location === undefined ? '' : `${location.file}:${location.line}:${location.column}`
  if (place === '') return name || '(unknown)'
  return name === '' ? place : `${name} (${place})`
}

module.exports = { forgotten }
