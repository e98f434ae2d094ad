import { json } from './api.js'
import { element } from './element.js'
import { bytes, count, place } from './format.js'
import { addressOf, labelOf, nameOf } from './labels.js'
import { RowTree } from './row-tree.js'
import { areas, showAreas } from './summary.js'

/** Distances from here on lead through the system only: crates/core/src/analysis/distances.rs. */
const SYSTEM = 100_000_000

/** Rows of each relation beside the others. */
const FEW = 15

/** How far an object is from the roots. */
function distanceOf({ distance }) {
  if (distance < 0) return 'unreached'
  return distance >= SYSTEM ? '–' : count(distance)
}

/** Figures of objects; `whole` is the size of which shares are drawn. */
export function objectColumns(heap, title, whole) {
  return [
    { title, text: true, value: (row) => labelOf(heap, row) },
    { title: 'distance', spare: true, value: distanceOf },
    { title: 'own size', spare: true, value: ({ shallowSize }) => bytes(shallowSize) },
    { title: 'retained', value: ({ retainedSize }) => sized(retainedSize, whole) },
  ]
}

/** A size with the part of the heap that it is. */
export function sized(size, whole) {
  const bar = element('i')
  bar.style.width = `${Math.min(100, (size / (whole || 1)) * 100)}%`
  return element('span', {}, bytes(size), element('span', { class: 'share', 'aria-hidden': 'true' }, bar))
}

/** What is below an object, asked for a page at a time. */
export function below(heap, id, what, from, rows, more = {}) {
  return json('GET', `heaps/${heap}/objects/${id}/${what}?${new URLSearchParams({ from, count: rows, ...more })}`)
}

/** A tree of one relation between objects, from one of them on; `page` rows at a time. */
export function objectTree(heap, id, what, title, whole, page) {
  const opens = { contents: ({ links }) => links > 0, dominated: ({ retainedCount }) => retainedCount > 1, retainers: ({ id }) => id !== 1 }[what]
  return new RowTree(title, { page, columns: objectColumns(heap, title, whole), opens, load: (row, from, rows) => below(heap, row?.id ?? id, what, from, rows) })
}

/** All that is known of one object. */
export async function object(heap, view, { argument: id, about, signal }) {
  const told = await json('GET', `heaps/${heap}/objects/${id}`, { signal })
  const whole = about.totalSize
  const fact = (name, value) => element('div', {}, element('dt', {}, name), element('dd', {}, value))
  const facts = [
    fact('retained', `${bytes(told.retainedSize)} in ${count(told.retainedCount)} objects`),
    fact('own size', bytes(told.shallowSize)),
    fact('distance', distanceOf(told)),
    fact('V8 calls it', told.type),
    ...(told.dominator ? [fact('goes with', labelOf(heap, told.dominator))] : []),
    ...(told.location ? [fact(told.type === 'closure' ? 'written at' : 'its constructor', element('code', { title: `${told.location.file}:${told.location.line}:${told.location.column}` }, place(told.location)))] : []),
  ]
  const way = element('div', {}, element('p', { class: 'dim' }, 'looking for the way …'))
  const retainers = objectTree(heap, id, 'retainers', 'What points to it', whole, FEW)
  const contents = objectTree(heap, id, 'contents', 'What it points to', whole, FEW)
  const dominated = objectTree(heap, id, 'dominated', 'What would go with it', whole, FEW)
  const card = (tree) => element('div', { class: 'card' }, tree.node)
  const isText = told.text.length > 60 || /string/.test(told.type)
  view.replaceChildren(
    element('div', { class: 'card object' },
      element('h2', {}, nameOf(told), element('span', { class: 'id' }, ` @${told.id}`), told.detached ? element('span', { class: 'weak' }, ' detached') : ''),
      element('dl', { class: 'facts' }, ...facts),
      isText && element('pre', { class: 'value', tabindex: '0' }, told.text)),
    element('div', { class: 'card' }, element('h3', {}, 'What holds it: from the roots'), way),
    element('div', { class: 'pair' }, card(retainers), card(contents)),
    ...(told.retainedCount > 1 ? [areas('What it holds')] : []),
    card(dominated))
  await Promise.all([retainers.show(), contents.show(), dominated.show()])
  if (signal.aborted) return
  if (told.retainedCount > 1) showAreas(heap, await json('GET', `heaps/${heap}/objects/${id}/tree`, { signal }))
  way.replaceChildren(wayOf(heap, await json('GET', `heaps/${heap}/objects/${id}/way`, { signal })))
}

function wayOf(heap, { name, steps, leftOut }) {
  if (steps.length === 0) return element('p', { class: 'dim' }, 'Nothing but weak links leads to it.')
  const lines = steps.map((step) => element('li', {}, labelOf(heap, step)))
  if (leftOut > 0) lines.splice(lines.length / 2, 0, element('li', { class: 'dim' }, `… ${count(leftOut)} more …`))
  return element('div', {}, element('p', {}, element('a', { href: addressOf(heap, 'object', steps.at(-1).id) }, element('code', {}, name))), element('ol', { class: 'way' }, ...lines))
}
