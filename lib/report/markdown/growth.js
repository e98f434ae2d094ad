'use strict'

const { figuresOf, NOISE } = require('../growth.js')
const { bytes } = require('../words.js')
const { suspectMarkdown } = require('./suspect.js')
const { plain, tableOf } = require('./words.js')

const ROWS = 6

/** What grew, as Markdown. */
function growthMarkdown({ looks, totalSizes, suspects, noise, notes }) {
  const parts = [
    `## Growth over ${looks} looks`,
    `heap ${totalSizes.map(bytes).join(', ')}`,
    suspects.length === 0 ? '**Nothing grows**: no path has more at every look.' : `### ${suspects.length === 1 ? '1 thing grows' : `${suspects.length} things grow`}`,
    suspects.map((suspect, index) => suspectMarkdown(suspect, index + 1, figuresOf(suspect))).join('\n'),
    noise.length > 0 ? tableOf({ title: 'Growth that is no leak', columns: NOISE, rows: noise }, ROWS) : '',
    notes.map((note) => `- ${plain(note)}`).join('\n'),
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

module.exports = { growthMarkdown }
