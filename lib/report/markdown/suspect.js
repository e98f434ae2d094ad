'use strict'

const { placeOf } = require('../suspect.js')
const { code, plain } = require('./words.js')

/** The end of a path is what a person knows. */
const STEPS = 8

/** A suspect as a paragraph: what, where, how much, held by what, what to do. */
function suspectMarkdown({ name, type, location, path, advice }, number, figures) {
  const steps = path.map(({ edge, name: object }, depth) => (depth > 0 && edge && edge !== object ? `${edge}: ${object}` : object))
  const shown = steps.length > STEPS ? ['…', ...steps.slice(-STEPS)] : steps
  return [
    `${number}. **${code(name)}** (${plain(type)})${location ? `, ${code(placeOf(location))}` : ''}: ${plain(figures)}`,
    `   - held by ${shown.map((step) => (step === '…' ? step : code(step))).join(' → ')}`,
    ...(advice ? [`   - ${plain(advice)}`] : []),
  ].join('\n')
}

module.exports = { suspectMarkdown }
