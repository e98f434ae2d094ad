import { json } from './api.js'
import { byId, element, table } from './element.js'
import { bytes, count, milliseconds, place, signed } from './format.js'
import { suspectCard } from './suspect.js'
import { Treemap } from './treemap.js'

const treemap = new Treemap(byId('treemap'), byId('tree-path'))

/** What the heap holds now. */
export function look(signal) {
  return json('POST', 'census?top=40', { signal }).then((report) => {
    byId('heap').hidden = false
    byId('heap-summary').textContent = `${bytes(report.totalSize)} in ${count(report.nodeCount)} objects, looked at in ${milliseconds(report.capture.durationMs)}; the app stood still for ${milliseconds(report.capture.pauseMs)}`
    const cards = report.suspects.slice(0, 6).map((suspect) => suspectCard(suspect))
    byId('heap-suspects').replaceChildren(...(cards.length > 0 ? cards : [element('p', { class: 'card' }, 'Nothing holds an unusual share of the heap.')]))
    treemap.show(report.tree ?? [])
    byId('classes').replaceChildren(classTable(report))
    byId('strings').replaceChildren(stringTable(report))
    reveal('heap')
  })
}

function classTable({ classes }) {
  const columns = [
    { title: 'class', text: true, value: ({ name, location }) => element('span', { title: location ? place(location, 9) : '' }, name) },
    { title: 'objects', value: (row) => count(row.count) },
    { title: 'own size', value: ({ shallowSize }) => bytes(shallowSize) },
    { title: 'retained', value: ({ retainedSize }) => bytes(retainedSize) },
  ]
  return table('Classes by retained size', columns, classes)
}

function stringTable({ strings }) {
  const columns = [
    { title: 'text', text: true, value: ({ value }) => element('code', {}, value.length > 60 ? `${value.slice(0, 60)}…` : value) },
    { title: 'copies', value: (row) => count(row.count) },
    { title: 'wasted', value: ({ wasted }) => bytes(wasted) },
  ]
  return table('Texts by wasted bytes', columns, strings)
}

/** What grows between three looks. */
export async function grow(signal) {
  const { suspects, looks, text } = await json('POST', 'growth?rounds=3&interval=5s', { signal })
  byId('growth').hidden = false
  const columns = [
    { title: 'what', text: true, value: ({ name }) => element('code', {}, name) },
    { title: 'where', text: true, value: ({ location }) => element('code', {}, place(location)) },
    { title: 'of', text: true, value: ({ type }) => type },
    { title: 'objects or values at each look', value: ({ counts, values, countDelta }) => (values ?? counts)?.map(count).join(' → ') ?? signed(countDelta, count) },
    { title: 'bytes more', value: ({ retainedDelta }) => signed(retainedDelta, bytes) },
    { title: 'now', value: ({ retainedSize }) => bytes(retainedSize) },
  ]
  const result = suspects.length > 0
    ? [element('div', { class: 'card' }, table('What grew between all looks', columns, suspects)), element('div', { class: 'cards' }, ...suspects.slice(0, 4).map((suspect) => suspectCard(suspect)))]
    : [element('p', { class: 'card' }, `${text ?? `Nothing grew between all of ${looks} looks.`} Is the app under load? A leak shows when it is used.`)]
  byId('growth-result').replaceChildren(...result)
  reveal('growth')
}

function reveal(id) {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  byId(id).scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'start' })
  byId(id).focus({ preventScroll: true })
}
