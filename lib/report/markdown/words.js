'use strict'

const { cut, safe } = require('../words.js')

// Texts out of a heap are data: in code they are what they are, elsewhere what Markdown would act on is escaped.

const LONGEST = 120

/** A text as code, whatever is in it, on one line. */
function code(text) {
  const plain = cut(safe(text), LONGEST)
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return plain === '' ? '' : longest > 0 || /^ | $/.test(plain) ? `${fence} ${plain} ${fence}` : `${fence}${plain}${fence}`
}

/** A sentence in which names can be. */
function plain(text) {
  return safe(text).replace(/[\\`*_[\]<>#|~@]/g, '\\$&')
}

/** Rows of a report's table, the first `most`; its texts as code. */
function tableOf({ title, columns, rows, more = 0 }, most) {
  const shown = rows.slice(0, most)
  const left = rows.length - shown.length + more
  return [
    `### ${title}`,
    '',
    `| ${columns.map((column) => column.title).join(' | ')} |`,
    `|${columns.map(({ text }) => (text ? '---|' : '--:|')).join('')}`,
    ...shown.map((row) => `| ${columns.map(({ value, text }) => (text ? code(value(row)).replaceAll('|', '\\|') : plain(value(row)))).join(' | ')} |`),
    ...(left > 0 ? ['', `and ${left} more`] : []),
  ].join('\n')
}

module.exports = { code, plain, tableOf }
