import { Failure, json, keepToken } from './api.js'
import { compare } from './compare.js'
import { byId, element } from './element.js'
import { bytes, count, percent, place } from './format.js'
import { addressOf, labelOf } from './labels.js'
import { below, object, objectColumns, objectTree, sized } from './object.js'
import { RowTree } from './row-tree.js'
import { outline, summary } from './summary.js'

const LOOK_MS = 100
/** V8's id of the root. */
const ROOT = 1
const STAGES = { parse: 'reading', edges: 'linking', dominators: 'finding who holds what', report: 'naming' }

let heaps = []
/** What is on the page: another address ends what it asks for. */
let shown = new AbortController()

// ── Views: `(heap, place, { argument, about, heaps, signal })` ───────────────────────────────────────────────────────────

async function classes(heap, view, { argument = '', about }) {
  let text = argument
  let order = 'retained'
  const results = element('div', { class: 'card' })
  const draw = () => {
    const load = (row, from, rows) => {
      if (row === undefined) return json('GET', `heaps/${heap}/classes?${new URLSearchParams({ order, from, count: rows, ...(text && { text }) })}`)
      return row.number === undefined ? below(heap, row.id, 'contents', from, rows) : json('GET', `heaps/${heap}/classes/${row.number}?${new URLSearchParams({ from, count: rows })}`)
    }
    const objects = objectColumns(heap, '', about.totalSize)
    const isClass = ({ number }) => number !== undefined
    const columns = [
      { title: 'class', text: true, value: (row) => (isClass(row) ? element('span', { class: 'label', title: row.location ? place(row.location, 9) : '' }, element('span', { class: 'class' }, row.name), row.location ? element('span', { class: 'id' }, ` ${place(row.location, 2)}`) : '') : labelOf(heap, row)) },
      { title: 'objects', value: (row) => (isClass(row) ? count(row.count) : '') },
      { title: 'distance', spare: true, value: objects[1].value },
      { title: 'own size', spare: true, value: objects[2].value },
      { title: 'retained', value: ({ retainedSize }) => sized(retainedSize, about.totalSize) },
    ]
    const tree = new RowTree('Classes', { columns, load, opens: (row) => isClass(row) || row.links > 0 })
    results.replaceChildren(tree.node)
    return tree.show()
  }
  const filter = element('input', { type: 'search', value: text, maxlength: '500', placeholder: 'part of the name', oninput: ({ target }) => later(() => ((text = target.value), draw())) })
  const orders = { retained: 'retained size', shallow: 'own size', count: 'objects', name: 'name' }
  const sort = element('select', { onchange: ({ target }) => ((order = target.value), draw()) }, ...Object.entries(orders).map(([value, words]) => element('option', { value }, words)))
  view.replaceChildren(element('h2', {}, 'Classes'), element('div', { class: 'controls' }, element('label', {}, 'Only', filter), element('label', {}, 'By', sort)), results)
  await draw()
}

async function dominators(heap, view, { about }) {
  const tree = objectTree(heap, ROOT, 'dominated', 'object', about.totalSize)
  view.replaceChildren(element('h2', {}, 'Dominators'), element('p', { class: 'dim' }, 'Below each object is what would go with it.'), element('div', { class: 'card' }, tree.node))
  await tree.show()
}

async function containment(heap, view, { about }) {
  const tree = objectTree(heap, ROOT, 'contents', 'link, and what it leads to', about.totalSize)
  view.replaceChildren(element('h2', {}, 'Containment'), element('p', { class: 'dim' }, 'From the roots on: what each object points to.'), element('div', { class: 'card' }, tree.node))
  await tree.show()
}

const AMONG = { held: 'held by a variable or property of that name', objects: 'of a class or function of that name', strings: 'that have it in their text' }

async function search(heap, view, { argument = '', more: [among = 'held'], about }) {
  byId('text').value = argument
  byId('among').value = among
  const load = (row, from, rows) => row === undefined
    ? json('GET', `heaps/${heap}/search?${new URLSearchParams({ text: argument, among, from, count: rows })}`)
    : below(heap, row.id, 'contents', from, rows)
  const tree = new RowTree('Found', { columns: objectColumns(heap, 'object', about.totalSize), load, opens: ({ links }) => links > 0 })
  view.replaceChildren(
    element('h2', {}, `“${argument}”`),
    element('p', { class: 'dim' }, 'Objects ', AMONG[among] ?? '', '. Elsewhere: ', ...Object.keys(AMONG).filter((other) => other !== among).flatMap((other) => [element('a', { href: addressOf(heap, 'search', argument, other) }, byId('among').querySelector(`[value=${other}]`).textContent), ' '])),
    element('div', { class: 'card' }, tree.node))
  await tree.show()
}

const VIEWS = { summary, classes, dominators, containment, compare, search, object }

// ── Where one is: `#<heap>/<view>/<argument>` ──────────────────────────────────────────────────────────────────────────

function where() {
  const [heap = '0', view = 'summary', argument, ...more] = location.hash.slice(1).split('/').map(decoded)
  return { heap: /^\d{1,6}$/.test(heap) ? Number(heap) : 0, view: Object.hasOwn(VIEWS, view) ? view : 'summary', argument, more }
}

function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

async function draw({ focus = true } = {}) {
  shown.abort()
  shown = new AbortController()
  const { signal } = shown
  const { heap, view, argument, more } = where()
  const about = heaps[heap]
  byId('failure').hidden = true
  for (const tab of document.querySelectorAll('.tabs a')) {
    tab.href = addressOf(heap, tab.dataset.view)
    if (tab.dataset.view === view) tab.setAttribute('aria-current', 'page')
    else tab.removeAttribute('aria-current')
  }
  byId('heap').value = String(heap)
  showHeap(about)
  if (!isKnown(about)) return byId('view').replaceChildren()
  document.title = `${about.name} · leakguard`
  const place = element('div', {})
  try {
    byId('view').replaceChildren(place)
    await (about.state === 'ready' ? VIEWS[view] : outline)(heap, place, { argument, more, about, heaps, signal })
    if (!signal.aborted && focus && view === 'object') document.title = `${byId('view').querySelector('h2').textContent} · leakguard`
  } catch (error) {
    if (!signal.aborted) fail(error)
  }
  if (focus && !signal.aborted) byId('view').focus({ preventScroll: true })
}

/** Is there anything to show of it? While it is read, from its classes on. */
function isKnown(about) {
  return about?.totalSize !== undefined
}

/** What the page looks like by: it is drawn again when that changes. */
function lookOf(about) {
  return `${about?.state} ${isKnown(about)}`
}

function showHeap(about) {
  const reading = about !== undefined && (about.state === 'waiting' || about.state === 'reading')
  byId('work').hidden = !reading
  byId('file').textContent = about?.name ?? 'leakguard'
  byId('about').textContent = isKnown(about) ? [bytes(about.totalSize), `${count(about.nodeCount)} objects`, `${count(about.edgeCount)} links`, about.node && `Node ${about.node}`].filter(Boolean).join(' · ') : (about?.path ?? '')
  if (about?.state === 'failed') fail(new Error(`${about.path}: ${about.message}`))
  if (!reading) return
  const { stage, bytes: done, total } = about
  const share = stage === 'parse' && total > 0 ? done / total : undefined
  if (share === undefined) byId('progress').removeAttribute('value')
  else byId('progress').value = share
  byId('work-text').textContent = about.state === 'waiting' ? 'waiting for its turn …' : `${STAGES[stage] ?? stage}${share === undefined ? '' : ` ${percent(share)}`} …`
}

function fail(error) {
  const gone = !(error instanceof Failure) && error instanceof TypeError
  byId('failure').textContent = gone ? 'leakguard does not answer: it was ended, or this page is of an earlier run.' : error.message
  byId('failure').hidden = false
}

// ── Files, as they come ──────────────────────────────────────────────────────────────────────────────────────────────────

async function follow() {
  for (;;) {
    try {
      const before = lookOf(heaps[where().heap])
      ;({ heaps } = await json('GET', 'heaps'))
      byId('heap-choice').hidden = byId('compare-tab').hidden = heaps.length < 2
      if (byId('heap').children.length === 0) byId('heap').append(...heaps.map(({ name }, nth) => element('option', { value: String(nth) }, name)))
      const about = heaps[where().heap]
      if (lookOf(about) === before) showHeap(about)
      else await draw({ focus: false })
      if (heaps.every(({ state }) => state === 'ready' || state === 'failed')) return
    } catch (error) {
      if (error instanceof Failure && error.status === 401) return fail(new Error('This address lacks its secret, or is of an earlier run: open the one that the terminal shows.'))
      fail(error)
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

let waiting
/** When nothing was typed for a moment. */
function later(action) {
  clearTimeout(waiting)
  waiting = setTimeout(() => action().catch(fail), 250)
}

function searchFor(event) {
  event.preventDefault()
  const text = byId('text').value.trim()
  const { heap } = where()
  const [, id] = /^@(\d{1,10})$/.exec(text) ?? []
  if (id !== undefined) location.hash = addressOf(heap, 'object', id)
  else if (text !== '') location.hash = addressOf(heap, 'search', text, byId('among').value)
}

/** The secret comes behind the `#`, which is sent to nobody; it is kept for this tab, and gone from the address. */
function takeToken() {
  const [, token] = /^#token=([\w-]+)$/.exec(location.hash) ?? []
  if (token === undefined) return
  keepToken(token)
  history.replaceState(undefined, '', location.pathname)
}

takeToken()
addEventListener('hashchange', () => draw())
document.addEventListener('failed', ({ detail }) => fail(detail))
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault() // the address says which view it is
  byId('main').focus()
})
byId('search').addEventListener('submit', searchFor)
byId('heap').addEventListener('change', ({ target }) => {
  const { view } = where()
  location.hash = addressOf(target.value, ['object', 'search', 'compare'].includes(view) ? 'summary' : view)
})
follow()

