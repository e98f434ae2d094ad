'use strict'

const { element } = require('./element.js')

/** A table; `columns` are those of a page for a terminal: `{ title, value, text }`. */
function rowsOf(columns, rows) {
  if (rows.length === 0) return undefined
  const cell = (tag, column, content) => element(tag, { class: column.text ? undefined : 'number' }, content)
  const head = element('thead', {}, element('tr', {}, columns.map((column) => cell('th', column, column.title))))
  const body = element('tbody', {}, rows.map((row) => element('tr', {}, columns.map((column) => cell('td', column, column.value(row))))))
  return element('div', { class: 'scroll' }, element('table', { class: 'rows' }, head, body))
}

/** A table with its title, or nothing where it is empty. */
function card(title, columns, rows) {
  const table = rowsOf(columns, rows)
  return table && element('section', { class: 'card' }, element('h3', {}, title), table)
}

module.exports = { rowsOf, card }
