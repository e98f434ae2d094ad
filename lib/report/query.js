'use strict'

const { size, wrong } = require('../options.js')

// `class:Session size>1MB count>100 path:cache`: what a row has to be, all of it.

const TERM = /^(class|path):(.+)$|^(size|count)(>=|<=|>|<|=)(.+)$/
const COMPARE = { '>': (a, b) => a > b, '<': (a, b) => a < b, '>=': (a, b) => a >= b, '<=': (a, b) => a <= b, '=': (a, b) => a === b }
const HELP = 'a query is of class:TEXT, path:TEXT, size>10MB, count>100 (also <, >=, <=, =), with spaces between them'

/** A test of `{ texts: { class, path }, size, count }`. Throws ERR_LEAKGUARD_OPTION with how queries are written. */
function queryOf(text) {
  const terms = text.trim().split(/\s+/).map(testOf)
  return (row) => terms.every((test) => test(row))
}

function testOf(term) {
  const [, field, wanted, number, operator, amount] = TERM.exec(term) ?? []
  if (field !== undefined) {
    const lower = wanted.toLowerCase()
    return ({ texts }) => texts[field].some((text) => text.toLowerCase().includes(lower))
  }
  if (number === undefined) throw wrong(`"query" has ${term}; ${HELP}`)
  const limit = number === 'size' ? size()('query', amount) : /^\d+$/.test(amount) ? Number(amount) : NaN
  if (Number.isNaN(limit)) throw wrong(`"query" has ${term}, and a count is a whole number`)
  return (row) => COMPARE[operator](row[number], limit)
}

const wayTexts = (path) => path.flatMap((step) => [step.edge, step.name])
const placeTexts = (location) => (location ? [`${location.file}:${location.line}`] : [])

/** A report with the suspects, classes, holders, contexts and closures that a query asks for; what else it has is left out. */
function queried(report, text) {
  const fits = queryOf(text)
  const suspects = report.suspects.filter(({ name, type, location, path, count, retainedSize }) =>
    fits({ texts: { class: [type], path: [name, ...placeTexts(location), ...wayTexts(path)] }, size: retainedSize, count }))
  const classes = report.classes.filter(({ name, location, count, retainedSize }) => fits({ texts: { class: [name], path: placeTexts(location) }, size: retainedSize, count }))
  const dominators = report.dominators.filter((row) => fits({ texts: { class: [row.class], path: [row.name] }, size: row.retainedSize, count: row.retainedCount }))
  const contexts = (report.contexts ?? []).filter(({ name, script, path, retainedSize, count }) =>
    fits({ texts: { class: ['NativeContext'], path: [name, script ?? '', ...wayTexts(path)] }, size: retainedSize, count }))
  const closures = (report.closures ?? []).filter(({ file, functions, retainedSize, count }) =>
    fits({ texts: { class: ['Function'], path: [file, ...functions.flatMap(({ function: name, location }) => [name, ...placeTexts(location)])] }, size: retainedSize, count }))
  return { ...report, query: text, suspects, classes, classCount: classes.length, dominators, contexts, closures, strings: [], listeners: [], timers: [], waiting: [] }
}

module.exports = { queried, queryOf }
