'use strict'

/** A part of a page for a terminal: a title, and lines set in below it; nothing where there are none. */
function section(title, lines, { paint }) {
  return lines.length === 0 ? '' : [paint.strong(title), ...lines.map((line) => (line ? `  ${line}` : ''))].join('\n')
}

module.exports = { section }
