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

const placeTexts = (location) => (location ? [`${location.file}:${location.line}`] : [])

/** A report with the suspects, classes and holders that a query asks for; what else it has is left out. */
function queried(report, text) {
  const fits = queryOf(text)
  const suspects = report.suspects.filter(({ name, type, location, path, count, retainedSize }) =>
    fits({ texts: { class: [type], path: [name, ...placeTexts(location), ...path.flatMap((step) => [step.edge, step.name])] }, size: retainedSize, count }))
  const classes = report.classes.filter(({ name, location, count, retainedSize }) => fits({ texts: { class: [name], path: placeTexts(location) }, size: retainedSize, count }))
  const dominators = report.dominators.filter((row) => fits({ texts: { class: [row.class], path: [row.name] }, size: row.retainedSize, count: row.retainedCount }))
  return { ...report, query: text, suspects, classes, classCount: classes.length, dominators, strings: [], listeners: [], timers: [], waiting: [] }
}

module.exports = { queried, queryOf }
