'use strict'

const { placeOf } = require('./suspect.js')
const { bytes, count, safe } = require('./words.js')

// The tables of reports, as data: the page for a terminal, the one for browsers and the Markdown are made from them. A column is
// `{ title, value, text, spare }`, see table.js.

/** Fewer are what healthy programs have; Node itself warns from 11 listeners on. */
const MANY = 11
const ROWS = 10

const COUNT = { title: 'count', value: (row) => count(row.count) }

/** `[{ title, columns, rows, more, secret }]` of a heap's report; those without rows are left out. Secret is what has values out of the heap. */
function tablesOf({ classes, classCount, dominators, strings, contexts = [], closures = [], listeners = [], timers = [], waiting = [] }) {
  return [
    { title: 'Classes by retained size', columns: CLASSES, rows: classes, more: classCount - classes.length },
    { title: 'Largest holders', columns: HOLDERS, rows: dominators },
    { title: 'Contexts beyond the main one', columns: CONTEXTS, ...first(contexts) },
    { title: 'Closures by file', columns: CLOSURES, ...first(closures) },
    { title: 'Listeners', columns: LISTENERS, rows: many(listeners) },
    { title: 'Timers', columns: TIMERS, rows: many(timers) },
    { title: 'Async functions that wait', columns: WAITING, rows: many(waiting) },
    { title: 'Duplicate strings', columns: STRINGS, rows: strings, secret: true },
  ].filter(({ rows }) => rows.length > 0)
}

const CLASSES = [
  { title: 'retained', value: (row) => bytes(row.retainedSize) },
  { title: 'own size', value: (row) => bytes(row.shallowSize), spare: true },
  { title: 'objects', value: (row) => count(row.count) },
  { title: 'class', value: (row) => safe(row.name), text: true },
  { title: 'written at', value: (row) => (row.location ? safe(placeOf(row.location)) : ''), text: true, spare: true },
]
const HOLDERS = [
  { title: 'retained', value: (row) => bytes(row.retainedSize) },
  { title: 'objects', value: (row) => count(row.retainedCount), spare: true },
  { title: 'held as', value: (row) => safe(row.name), text: true },
  { title: 'class', value: (row) => safe(row.class), text: true, spare: true },
  { title: 'id', value: (row) => `@${row.id}`, spare: true },
]
const CONTEXTS = [
  { title: 'retained', value: (row) => bytes(row.retainedSize) },
  { title: 'contexts', value: (row) => count(row.count) },
  { title: 'held as', value: (row) => safe(row.name), text: true },
  { title: 'code of', value: (row) => safe(row.script ?? ''), text: true, spare: true },
  { title: 'id', value: (row) => `@${row.id}`, spare: true },
]
const CLOSURES = [
  { title: 'retained', value: (row) => bytes(row.retainedSize) },
  { title: 'closures', value: (row) => count(row.count) },
  { title: 'file', value: (row) => safe(row.file), text: true, end: true },
  { title: 'most by', value: ({ functions: [site] }) => safe(site === undefined ? '' : inFile(site)), text: true, spare: true },
]
const STRINGS = [
  { title: 'wasted', value: (row) => bytes(row.wasted) },
  { title: 'copies', value: (row) => count(row.count) },
  { title: 'text', value: (row) => safe(JSON.stringify(row.value)), text: true },
]
// What programs forget to take away, where there is much of it.
const LISTENERS = [
  COUNT,
  { title: 'on', value: (row) => safe(row.type), text: true, spare: true },
  { title: 'event', value: (row) => safe(row.event), text: true },
  { title: 'listener', value: ({ functions }) => safe(functions.slice(0, 3).map(placed).join(', ') + (functions.length > 3 ? ', …' : '')), text: true },
]
const TIMERS = [
  COUNT,
  { title: 'delay', value: ({ delay }) => (delay === undefined ? '' : `${count(delay)} ms`) },
  { title: 'set by', value: (row) => safe(row.type), text: true, spare: true },
  { title: 'callback', value: (row) => safe(placed(row)), text: true },
]
const WAITING = [COUNT, { title: 'function', value: (row) => safe(placed(row)), text: true }]

/** The rows that pages show of a table that is beside the point of most. */
function first(rows) {
  return { rows: rows.slice(0, ROWS), more: rows.length - Math.min(rows.length, ROWS) }
}

function many(rows) {
  return rows.filter((row) => row.count >= MANY).slice(0, ROWS)
}

/** `onNews (/app/bus.js:7:3)` */
function placed({ function: name, location }) {
  const place = location === undefined ? '' : placeOf(location)
  if (place === '') return name || '(unknown)'
  return name === '' ? place : `${name} (${place})`
}

/** `onNews (7:3), 1,200`: a function of a file that is told already. */
function inFile({ function: name, location, count: closures }) {
  return `${name || '(anonymous)'}${location === undefined ? '' : ` (${location.line}:${location.column})`}, ${count(closures)}`
}

module.exports = { tablesOf }
