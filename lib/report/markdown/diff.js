'use strict'

const { CHANGED, figuresOf, headingOf } = require('../diff.js')
const { suspectMarkdown } = require('./suspect.js')
const { tableOf } = require('./words.js')

const HOLDERS = 8
const ROWS = 12

/** What changed between two snapshots, as Markdown. */
function diffMarkdown(found) {
  const { classes, classCount, holders, holderCount } = found
  const more = holderCount - Math.min(holders.length, HOLDERS)
  const parts = [
    '## What changed between two heap snapshots',
    headingOf(found),
    holders.length > 0 ? '### What holds new objects' : classCount === 0 ? '**Nothing changed.**' : 'No old object holds new ones.',
    holders.slice(0, HOLDERS).map((holder, index) => suspectMarkdown({ ...holder, advice: undefined }, index + 1, figuresOf(holder))).join('\n') + (more > 0 ? `\n\nand ${more} more` : ''),
    classes.length > 0 ? tableOf({ title: 'Classes that changed', columns: CHANGED, rows: classes, more: classCount - classes.length }, ROWS) : '',
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

module.exports = { diffMarkdown }
