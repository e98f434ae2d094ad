'use strict'

const { placeOf } = require('../suspect.js')
const { bytes, count, percent } = require('../words.js')
const { element } = require('./element.js')

/** So many steps of a path are shown at once; the end is what a person knows. */
const STEPS = 6

/** A suspect as a card: what, where, how much, held by what, and what to do. */
function suspectCard({ name, type, location, path = [], advice, ...figures }, tone = 'amber') {
  return element('article', { class: `card suspect ${tone}` },
    element('h3', {}, element('code', {}, name)),
    element('p', { class: 'dim' }, type),
    location && element('p', { class: 'place' }, element('code', {}, placeOf(location))),
    element('dl', { class: 'facts' }, factsOf(figures).map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value)))),
    pathList(path),
    advice && element('p', { class: 'advice' }, advice))
}

function factsOf({ count: objects, countDelta, values, retainedSize, retainedDelta, share }) {
  const more = (value, words) => (value > 0 ? ` (+${words(value)})` : '')
  return [
    values ? ['values', `${count(values.at(-1))}${more(values.at(-1) - values[0], count)}`] : ['objects', `${count(objects)}${more(countDelta, count)}`],
    ['hold', `${bytes(retainedSize)}${more(retainedDelta, bytes)}`],
    ...(share === undefined ? [] : [['of the heap', percent(share)]]),
  ]
}

function pathList(path) {
  if (path.length === 0) return undefined
  const step = ({ edge, name, type }) => element('li', {}, edge && edge !== name ? [element('b', {}, edge), ': '] : undefined, name, type === 'closure' ? ' (function)' : undefined)
  const list = (steps) => element('ol', { class: 'path' }, steps.map(step))
  if (path.length <= STEPS) return list(path)
  return element('div', {},
    element('details', {}, element('summary', {}, `from the roots: ${path.length - STEPS} more steps`), list(path.slice(0, -STEPS))),
    list(path.slice(-STEPS)))
}

module.exports = { suspectCard }
