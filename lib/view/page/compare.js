import { json } from './api.js'
import { element, table } from './element.js'
import { bytes, count, place, signed } from './format.js'
import { addressOf } from './labels.js'

/** What came and went between two files of one process. */
export async function compare(heap, view, { argument: since, heaps, signal }) {
  const names = heaps.map(({ name }, nth) => ({ name, nth }))
  const choice = (label, chosen, change) => element('label', {}, label, element('select', { onchange: ({ target }) => change(target.value) },
    ...names.map(({ name, nth }) => element('option', { value: String(nth), selected: nth === chosen }, name))))
  const before = Number(since ?? (heap === 0 ? 1 : 0))
  const go = (from, to) => { location.hash = addressOf(to, 'compare', from) }
  const result = element('div', {}, element('p', { class: 'dim' }, 'comparing …'))
  view.replaceChildren(
    element('h2', {}, 'What changed'),
    element('div', { class: 'controls card' }, choice('from', before, (value) => go(value, heap)), choice('to', heap, (value) => go(before, value))),
    result)
  if (heaps[before]?.state !== 'ready') return result.replaceChildren(element('p', { class: 'card' }, 'That file is not read yet.'))
  if (before === heap) return result.replaceChildren(element('p', { class: 'card' }, 'Choose two different files.'))
  result.replaceChildren(...shown(heap, await json('GET', `heaps/${heap}/diff?since=${before}`, { signal })))
}

function shown(heap, { totals, classes, classCount, holders, text }) {
  const sum = (name, { count: many, size }) => element('div', {}, element('dt', {}, name), element('dd', {}, `${count(many)} objects, ${bytes(size)}`))
  return [
    element('div', { class: 'card' }, element('p', {}, text), element('dl', { class: 'facts' }, sum('before', totals.before), sum('after', totals.after), sum('came', totals.new), sum('went', totals.freed))),
    element('div', { class: 'card' }, element('h3', {}, 'What holds what came'), table('Holders of what came', [
      { title: 'held as', text: true, value: ({ id, name }) => element('a', { href: addressOf(heap, 'object', id) }, element('code', {}, name)) },
      { title: 'where', text: true, value: ({ location: at }) => element('code', {}, place(at)) },
      { title: 'of', text: true, value: ({ type }) => type },
      { title: 'new objects', value: (row) => count(row.count) },
      { title: 'bytes', value: ({ size }) => bytes(size) },
    ], holders)),
    element('div', { class: 'card' }, element('h3', {}, `Classes that changed: ${count(classCount)}`), table('Classes that changed', [
      { title: 'class', text: true, value: ({ name }) => name },
      { title: 'came', value: (row) => count(row.new.count) },
      { title: 'went', value: (row) => count(row.freed.count) },
      { title: 'objects', value: ({ countDelta }) => signed(countDelta, count) },
      { title: 'bytes', value: ({ sizeDelta }) => signed(sizeDelta, bytes) },
    ], classes)),
  ]
}
