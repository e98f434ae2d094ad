'use strict'

const { pathTree } = require('./path.js')
const { cut, cutStart, safe, wrapped } = require('./words.js')

/** One suspect as a block of lines: its name, place, figures, path, and what to do. */
function suspectText(suspect, number, figures, { width, paint }) {
  const indent = '   '
  const inner = { width: width - indent.length, paint }
  const { name, type, location, path, advice } = suspect
  const body = [
    ...(location ? [cutStart(safe(placeOf(location)), inner.width)] : []),
    ...wrapped(figures, inner.width),
    '',
    ...pathTree(path, inner),
    ...(advice ? ['', ...wrapped(safe(advice), inner.width)] : []),
  ]
  const title = `${number}. ${paint.strong(cut(`${safe(name)}: ${safe(type)}`, width - String(number).length - 2))}`
  return [title, ...body.map((line) => (line ? indent + line : ''))].join('\n')
}

function placeOf({ file, line, column }) {
  return `${file}:${line}:${column}`
}

module.exports = { suspectText, placeOf }
