import { json } from './api.js'
import { byId, element, table } from './element.js'
import { bytes, count, place } from './format.js'
import { addressOf } from './labels.js'
import { suspectCard } from './suspect.js'
import { Treemap } from './treemap.js'

const SUSPECTS = 6

/** What is known of a heap before it is known who holds what. */
export async function outline(heap, view, { signal }) {
  const { classes, classCount } = await json('GET', `heaps/${heap}/outline`, { signal })
  view.replaceChildren(
    element('h2', {}, 'Classes by own size'),
    element('p', { class: 'dim' }, 'What they hold, and what looks like a leak, comes when it is known who holds what.'),
    element('div', { class: 'card', id: 'outline' }, table('Classes by own size', [
      { title: 'class', text: true, value: ({ name }) => element('span', { class: 'class' }, name) },
      { title: 'objects', value: (row) => count(row.count) },
      { title: 'own size', value: ({ size }) => bytes(size) },
    ], classes)),
    ...(classCount > classes.length ? [element('p', { class: 'dim small' }, `and ${count(classCount - classes.length)} more`)] : []))
}

/** What `analyze` says of a heap. */
export async function summary(heap, view, { signal }) {
  const report = await json('GET', `heaps/${heap}/report`, { signal })
  const link = (id, words) => element('a', { href: addressOf(heap, 'object', id) }, words)
  const cards = report.suspects.slice(0, SUSPECTS).map((suspect) => {
    const card = suspectCard(suspect)
    if (suspect.id !== undefined) card.append(element('p', {}, link(suspect.id, 'Look at it')))
    return card
  })
  view.replaceChildren(
    element('h2', {}, report.suspects.length > 0 ? 'What looks like a leak' : 'Nothing holds an unusual share of the heap'),
    element('div', { class: 'cards' }, ...cards),
    areas('Who holds the memory'),
    ...lists(report, link))
  showAreas(heap, report.tree)
}

/** What the report has in tables, each to open and to close; `link` leads to an object. */
function lists(report, link) {
  return [
    details('Largest holders', true, table('Largest holders', [
      { title: 'held as', text: true, value: ({ id, name }) => link(id, element('code', {}, name)) },
      { title: 'class', text: true, value: (row) => row.class },
      { title: 'objects', value: ({ retainedCount }) => count(retainedCount) },
      { title: 'retained', value: ({ retainedSize }) => bytes(retainedSize) },
    ], report.dominators)),
    ...(report.contexts.length === 0 ? [] : [details(`Contexts beyond the main one (${count(report.contextCount)})`, true, table('Contexts by what holds them', [
      { title: 'held as', text: true, value: ({ id, name }) => link(id, element('code', {}, name)) },
      { title: 'code of', text: true, value: ({ script }) => element('code', {}, script ?? '') },
      { title: 'contexts', value: (row) => count(row.count) },
      { title: 'retained', value: ({ retainedSize }) => bytes(retainedSize) },
    ], report.contexts))]),
    details('Closures by file', false, table('Closures by file', [
      { title: 'file', text: true, value: ({ file }) => element('code', {}, file) },
      { title: 'most by', text: true, value: ({ functions: [first] }) => (first ? placed(first) : '') },
      { title: 'closures', value: (row) => count(row.count) },
      { title: 'retained', value: ({ retainedSize }) => bytes(retainedSize) },
    ], report.closures)),
    details('Texts that are there more than once', false, table('Texts by wasted bytes', [
      { title: 'text', text: true, value: ({ value }) => element('code', {}, value) },
      { title: 'copies', value: (row) => count(row.count) },
      { title: 'wasted', value: ({ wasted }) => bytes(wasted) },
    ], report.strings)),
    details('Listeners', false, table('Listeners by count', [
      { title: 'on', text: true, value: ({ id, type }) => link(id, type) },
      { title: 'event', text: true, value: ({ event }) => element('code', {}, event) },
      { title: 'listeners', value: (row) => count(row.count) },
      { title: 'first of them', text: true, value: ({ functions: [first] }) => (first ? placed(first) : '') },
    ], report.listeners)),
    details('Timers', false, table('Timers by count', [
      { title: 'set by', text: true, value: ({ type, delay }) => (delay === undefined ? type : `${type}, ${count(delay)} ms`) },
      { title: 'calls', text: true, value: placed },
      { title: 'timers', value: (row) => count(row.count) },
    ], report.timers)),
  ]
}

function placed({ function: name, location }) {
  return element('span', {}, name || '(anonymous)', location ? element('code', { class: 'dim' }, ` ${place(location)}`) : '')
}

function details(title, open, content) {
  return element('details', { class: 'card', open }, element('summary', {}, title), content)
}

/** The frame for areas; `showAreas` fills it when it is on the page. */
export function areas(title) {
  return element('div', { class: 'card' }, element('h3', {}, title),
    element('p', { class: 'dim small' }, 'Areas are bytes that would go with an object. Choose one to walk into it.'),
    element('nav', { id: 'tree-path', class: 'crumbs', 'aria-label': 'The way into the heap' }),
    element('p', { id: 'area', class: 'chosen', role: 'status' }),
    element('div', { id: 'treemap', class: 'treemap', role: 'group', 'aria-label': 'Retained sizes as areas' }))
}

export function showAreas(heap, rows) {
  const chosen = ({ id }) => byId('area').replaceChildren(...(id === undefined ? [] : [element('a', { href: addressOf(heap, 'object', id) }, `Look at @${id}`)]))
  new Treemap(byId('treemap'), byId('tree-path'), chosen).show(rows)
}
