'use strict'

const { element } = require('./element.js')

const WIDTH = 900
const HEIGHT = 240
const EDGE = { left: 74, right: 12, top: 10, bottom: 26 }

/**
 * Values over time as a picture. `lines` are `{ name, tone, points: [[ms, value]], dash }`; those without two points are left out. `words(value)` and
 * `time(ms)` write what stands at the axes. Undefined where there is nothing to draw.
 */
function lineChart(title, lines, { words, time }) {
  const drawn = lines.map((line) => ({ ...line, points: line.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)) })).filter(({ points }) => points.length > 1)
  const all = drawn.flatMap(({ points }) => points)
  if (all.length === 0) return undefined
  const span = (at) => all.reduce(([least, most], point) => [Math.min(least, point[at]), Math.max(most, point[at])], [Infinity, -Infinity])
  const [[start, end], [, top]] = [span(0), span(1)]
  if (!(end > start) || !(top > 0)) return undefined
  const x = (value) => EDGE.left + ((value - start) / (end - start)) * (WIDTH - EDGE.left - EDGE.right)
  const y = (value) => HEIGHT - EDGE.bottom - (Math.max(value, 0) / top) * (HEIGHT - EDGE.top - EDGE.bottom)
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => [
    element('line', { class: 'grid', x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(top * share), y2: y(top * share) }),
    element('text', { x: EDGE.left - 8, y: y(top * share) + 4, 'text-anchor': 'end' }, words(top * share)),
  ])
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => element('text', { x: x(start + (end - start) * share), y: HEIGHT - 8, 'text-anchor': share === 0 ? 'start' : share === 1 ? 'end' : 'middle' }, time((end - start) * share)))
  const paths = drawn.map(({ tone, points, dash }) => element('polyline', { class: `line tone-${tone}${dash ? ' dash' : ''}`, points: points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ') }))
  const label = `${title}: ${drawn.map(({ name, points }) => `${name} from ${words(points[0][1])} to ${words(points.at(-1)[1])}`).join(', ')}`
  return element('figure', { class: 'card', role: 'group' },
    element('h3', {}, title),
    element('svg', { class: 'line-chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label }, grid, ticks, paths),
    element('p', { class: 'keys' }, drawn.map(({ name, tone, points }) => element('span', {}, element('i', { class: `tone-${tone}` }), `${name}, ${words(points.at(-1)[1])}`))))
}

module.exports = { lineChart }
