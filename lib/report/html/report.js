'use strict'

const { tablesOf } = require('../tables.js')
const { noSuspects } = require('../text.js')
const { bytes, count } = require('../words.js')
const { element } = require('./element.js')
const { pageOf } = require('./page.js')
const { card } = require('./rows.js')
const { suspectCard } = require('./suspect.js')

/** A heap's report as a page that is one file. */
function reportHtml(report, { source }) {
  const { suspects, node, v8, totalSize, nodeCount, edgeCount, notes = [] } = report
  const facts = [node && `Node ${node}`, v8 && `V8 ${v8}`, `${bytes(totalSize)} in ${count(nodeCount)} nodes, ${count(edgeCount)} edges`].filter(Boolean)
  const title = suspects.length === 0 ? 'No leak suspects' : suspects.length === 1 ? '1 leak suspect' : `${suspects.length} leak suspects`
  const [first] = suspects
  return pageOf(`${title} · ${source}`, [
    element('header', { class: 'report-top' }, element('h1', {}, source), element('p', { class: 'dim small' }, facts.join(' · '))),
    element('section', { class: 'hero card report', 'data-state': first ? 'leak' : 'no-leak' },
      element('h2', {}, first ? `${title}: ${first.name}${suspects.length > 1 ? ', …' : ''}` : title),
      element('p', { class: 'dim' }, first?.text ?? noSuspects(report))),
    suspects.length > 0 && element('div', { class: 'cards' }, suspects.map((suspect, index) => suspectCard(suspect, index === 0 ? 'red' : 'amber'))),
    element('h2', {}, 'What is in the heap'),
    ...tablesOf(report).map(({ title, columns, rows, more }) => card(more > 0 ? `${title} (${count(rows.length)} of ${count(rows.length + more)})` : title, columns, rows)),
    notes.length > 0 && element('section', { class: 'card' }, element('h3', {}, 'Notes on the input'), notes.map((note) => element('p', {}, note))),
    element('p', { class: 'dim small' }, 'Made by leakguard analyze. It has names, and the duplicate texts that are listed, out of the heap.'),
  ])
}

module.exports = { reportHtml }
