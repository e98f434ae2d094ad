'use strict'

const { tablesOf } = require('../tables.js')
const { figuresOf, noSuspects } = require('../text.js')
const { bytes, count } = require('../words.js')
const { suspectMarkdown } = require('./suspect.js')
const { code, plain, tableOf } = require('./words.js')

// Short enough for an issue.
const SUSPECTS = 5
const ROWS = 6

/** A heap's report as Markdown. */
function reportMarkdown(report, { source } = {}) {
  const { suspects, node, v8, totalSize, nodeCount, notes = [] } = report
  const made = [node && `Node ${node}`, v8 && `V8 ${v8}`, `${bytes(totalSize)} in ${count(nodeCount)} nodes`].filter(Boolean)
  const more = suspects.length - SUSPECTS
  const parts = [
    `## Heap snapshot${source === undefined ? '' : ` ${code(source)}`}`,
    plain(made.join(' · ')),
    suspects.length === 0 ? `**${noSuspects(report)}**` : `### ${suspects.length === 1 ? '1 leak suspect' : `${suspects.length} leak suspects`}`,
    suspects.slice(0, SUSPECTS).map((suspect, index) => suspectMarkdown(suspect, index + 1, figuresOf(suspect))).join('\n') + (more > 0 ? `\n\nand ${more} more` : ''),
    // Many can read an issue.
    ...tablesOf(report).filter(({ secret }) => !secret).map((table) => tableOf(table, ROWS)),
    notes.map((note) => `- ${plain(note)}`).join('\n'),
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

module.exports = { reportMarkdown }
