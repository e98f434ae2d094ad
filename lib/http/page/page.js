import { Failure, download, forgetToken, json, keepToken, listen } from './api.js'
import { Charts } from './charts.js'
import { byId, element, table } from './element.js'
import { bytes, count, milliseconds, percent, place, signed, span } from './format.js'
import { Readings } from './readings.js'
import { distinct, leakCard, suspectCard } from './suspect.js'
import { Treemap } from './treemap.js'

const AGAIN_MS = 3000
const STATES = {
  watching: ['Watching', 'Too early to tell'],
  quiet: ['Quiet', 'Nothing leaks'],
  suspicious: ['Suspicious', 'Something grows'],
  confirmed: ['Leak', 'This app leaks'],
}

const readings = new Readings()
const charts = new Charts(byId('charts'))
const treemap = new Treemap(byId('treemap'), byId('tree-path'))
let verdict
let stats
let work

// ── What is known ────────────────────────────────────────────────────────────────────────────────────────────────────

async function refresh() {
  stats = await json('GET', 'stats')
  const series = await json('GET', `series?since=${readings.since}`)
  readings.addSeries(series.readings)
  verdict = series.verdict
  showProcess()
  showVerdict()
  await Promise.all([showLeaks(), showSites(), showKept()])
  charts.draw(readings, verdict)
}

function showProcess() {
  const { process, leakguard } = stats
  byId('script').textContent = process.script || 'leakguard'
  byId('process').textContent = `process ${process.pid} · Node ${process.node} · up for ${span(process.uptimeMs)}`
  byId('version').textContent = `leakguard ${leakguard}`
  document.title = `${process.script || 'app'} · leakguard`
  byId('redact').disabled = stats.redact === 'always'
  byId('redact').checked ||= stats.redact === 'always'
  byId('folder-row').hidden = !stats.folder
}

function showVerdict() {
  const state = verdict?.state ?? 'watching'
  const [word, headline] = STATES[state]
  byId('verdict').dataset.state = state
  byId('state').textContent = word
  byId('headline').textContent = state === 'confirmed' || state === 'suspicious' ? growthWords() : headline
  byId('reason').textContent = verdict?.reason ?? 'The first full collection has not come yet.'
  const grows = state === 'confirmed' || state === 'suspicious'
  const facts = grows
    ? [
        ['grew by', verdict.kind === 'resources' ? `${count(verdict.growthCount)} ${verdict.resource}` : bytes(verdict.growthBytes)],
        ...(verdict.kind === 'resources' ? [] : [['an hour', bytes(verdict.bytesPerHour)]]),
        ...(verdict.since ? [['since', span(Date.now() - verdict.since)]] : []),
        ...(verdict.reachesLimitAt ? [['limit in', span(verdict.reachesLimitAt - Date.now())]] : []),
        ['sure', percent(verdict.confidence)],
      ]
    : []
  byId('facts').replaceChildren(...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))))
  showMemory()
}

function growthWords() {
  const what = { heap: 'The heap', external: 'Memory of buffers', native: 'Native memory', resources: `The number of ${verdict.resource}` }[verdict.kind]
  return verdict.state === 'confirmed' ? `${what} leaks` : `${what} grows`
}

function showMemory() {
  const sample = stats?.sample ?? {}
  const live = readings.lastOf('live')
  const limit = readings.lastOf('heapLimit') ?? sample.heapLimit
  byId('live').textContent = bytes(live ?? NaN)
  byId('live-of').textContent = limit ? `of ${bytes(limit)}` : ''
  const share = Math.min(1, (live ?? 0) / (limit || Infinity))
  byId('meter').setAttribute('aria-valuenow', String(Math.round(share * 100)))
  byId('meter').firstElementChild.style.width = `${Math.max(share * 100, 0.6)}%`
  byId('memory-line').textContent = `resident ${bytes(readings.lastOf('rss') ?? sample.rss)} · outside of the heap ${bytes(readings.lastOf('external') ?? sample.external)}`
}

async function showLeaks() {
  const { leaks } = await json('GET', 'leaks')
  byId('leaks').hidden = leaks.length === 0
  const values = readings.columns([({ live }) => live])[1]
  byId('leak-cards').replaceChildren(...distinct(leaks).map((leak) => leakCard(leak, values)))
}

const SITE_COLUMNS = [
  { title: 'living', value: ({ live }) => count(live) },
  { title: 'grew', value: ({ growth }) => signed(growth, count) },
  { title: 'oldest', value: ({ oldestMs }) => (oldestMs > 0 ? span(oldestMs) : '–') },
  { title: 'made at', text: true, value: (site) => element('code', { title: `${site.file}:${site.line}` }, place(site, 2)) },
  { title: 'what', text: true, value: ({ event, type, delay, function: name }) => [type, event, delay === undefined ? undefined : milliseconds(delay), name && `in ${name}`].filter(Boolean).join(' · ') },
]

/** What the app makes comes before what Node makes for itself. */
function ownFirst(sites) {
  const isNodes = ({ file }) => file.startsWith('node:')
  const living = sites.filter(({ live }) => live > 0)
  return [...living.filter((site) => !isNodes(site)), ...living.filter(isNodes)]
}

async function showSites() {
  const names = ['listeners', 'timers', 'handles']
  const reports = await Promise.all(names.map((name) => json('GET', name)))
  const card = (name, report) => {
    const body = report.tracked
      ? (report.sites ?? []).length > 0 ? table(name, SITE_COLUMNS, ownFirst(report.sites).slice(0, 8)) : element('p', { class: 'dim' }, 'none')
      : element('p', { class: 'dim small' }, report.how)
    return element('div', { class: 'card' }, element('h3', {}, name[0].toUpperCase() + name.slice(1), report.tracked ? element('small', { class: 'dim' }, ` ${count(report.live)} living`) : ''), body)
  }
  byId('sites').replaceChildren(...names.map((name, nth) => card(name, reports[nth])))
}

async function showKept() {
  byId('kept').hidden = !stats.folder
  if (!stats.folder) return
  const { snapshots } = await json('GET', 'snapshots')
  const columns = [
    { title: 'name', text: true, value: ({ name }) => element('code', {}, name) },
    { title: 'size', value: (row) => bytes(row.bytes) },
    { title: 'written', value: ({ time }) => `${span(Date.now() - time)} ago` },
    { title: 'actions', value: ({ name }) => element('span', {},
      element('button', { type: 'button', class: 'quiet-button', 'aria-label': `Download ${name}`, onclick: () => attempt((signal) => download({ name }, showSent, signal), `sending ${name} …`) }, 'Download'), ' ',
      element('button', { type: 'button', class: 'quiet-button', 'aria-label': `Delete ${name}`, onclick: () => attempt(async () => (await json('DELETE', `snapshots/${name}`), showKept())) }, 'Delete')) },
  ]
  byId('kept-list').replaceChildren(snapshots.length > 0 ? table('Snapshots', columns, snapshots) : element('p', { class: 'dim' }, 'none yet'))
}

// ── What is told as it happens ───────────────────────────────────────────────────────────────────────────────────────

function heard(event, data) {
  if (event === 'progress') return showProgress(data)
  if (event === 'sample') {
    readings.addSample(data)
    stats.sample = { ...stats.sample, ...data }
  }
  if (event === 'stats') readings.addCollection(data)
  if (event === 'stats' || event === 'suspicion' || event === 'leak' || event === 'recovered') return later()
  showMemory()
  charts.draw(readings, verdict)
}

let waiting
/** The judgement, soon: collections can come many a second. */
function later() {
  waiting ??= setTimeout(async () => {
    waiting = undefined
    await quietly(async () => {
      const { verdict: now } = await json('GET', 'leaks')
      verdict = now
      showVerdict()
      await showLeaks()
      charts.draw(readings, verdict)
    })
  }, 1000)
}

async function follow() {
  for (;;) {
    try {
      await refresh()
      showLink('live')
      await listen(heard)
    } catch (error) {
      if (error instanceof Failure && error.status === 401) await logIn()
      else showLink('gone', error)
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
}

function showLink(state, error) {
  const full = error instanceof Failure && error.status === 503
  byId('link').dataset.state = state
  byId('link-text').textContent = state === 'live' ? 'live' : full ? 'not live: too many pages are open' : 'not connected'
}

// ── What costs ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** One piece of work at a time, which can be stopped. */
async function attempt(action, words) {
  if (work) return
  work = new AbortController()
  byId('failure').hidden = true
  byId('work').hidden = words === undefined
  byId('progress').removeAttribute('value')
  byId('work-text').textContent = words ?? ''
  setBusy(true)
  try {
    await action(work.signal)
  } catch (error) {
    if (!work.signal.aborted) showFailure(error)
  } finally {
    work = undefined
    byId('work').hidden = true
    setBusy(false)
  }
}

function setBusy(busy) {
  for (const button of document.querySelectorAll('.actions button')) button.disabled = busy
}

function showFailure(error) {
  byId('failure').textContent = error.message
  byId('failure').hidden = false
}

const STAGES = { wait: 'waiting for the next look', snapshot: 'V8 lists the heap, in a copy of the process', parse: 'reading', edges: 'linking', dominators: 'finding who holds what', report: 'naming' }

function showProgress({ kind, stage, look: nth, looks: all }) {
  if (!work) return
  const which = nth === undefined ? '' : `look ${nth}${all ? ` of ${all}` : ''}: `
  byId('work-text').textContent = `${which}${STAGES[stage] || stage || `${kind}, soon`} …`
  const order = ['snapshot', 'parse', 'edges', 'dominators', 'report', 'wait']
  const part = !stage ? 0 : (order.indexOf(stage) + 1) / (order.length + 1)
  byId('progress').value = nth && all ? (nth - 1 + part) / all : part
}

function look(signal) {
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

async function grow(signal) {
  const { suspects, looks, text } = await json('POST', 'growth?rounds=3&interval=5s', { signal })
  byId('growth').hidden = false
  const columns = [
    { title: 'what', text: true, value: ({ name }) => element('code', {}, name) },
    { title: 'where', text: true, value: ({ location }) => element('code', {}, place(location)) },
    { title: 'of', text: true, value: ({ type }) => type },
    { title: 'objects at each look', value: ({ counts, countDelta }) => counts?.map(count).join(' → ') ?? signed(countDelta, count) },
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

async function askForSnapshot() {
  await quietly(async () => (stats = await json('GET', 'stats')))
  const { estimate } = stats
  const cost = estimate.refused
    ? `It would be refused: ${estimate.refused}`
    : estimate.mode === 'twin'
      ? `A copy of the process does the work, while the app goes on. It is estimated to need up to ${bytes(estimate.memoryBytes)} of memory for a while.`
      : `The app will stand still for about ${span(estimate.pauseMs)} (${estimate.reason}), and needs up to ${bytes(estimate.memoryBytes)} of memory.`
  byId('estimate').textContent = cost
  byId('snapshot-dialog').showModal()
}

async function takeSnapshot(signal) {
  const query = { ...(byId('compress').checked && { compress: 'gzip' }), ...(byId('redact').checked && { redact: '1' }) }
  if (!byId('to-folder').checked) return download(query, showSent, signal)
  await json('POST', `snapshot?${new URLSearchParams({ ...query, to: 'folder' })}`, { signal })
  await showKept()
}

function showSent(sent) {
  byId('work-text').textContent = `${bytes(sent)} sent …`
}

async function collect(signal) {
  const { pauseMs, before, after } = await json('POST', 'gc', { signal })
  byId('memory-line').textContent = `collected ${bytes(before.heapUsed - after.heapUsed)} in ${milliseconds(pauseMs)}`
}

// ── The way in ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Asks for the token until it opens. */
async function logIn() {
  const dialog = byId('login')
  if (!dialog.open) dialog.showModal()
  byId('token').focus()
  await new Promise((resolve) => {
    byId('login-form').onsubmit = async (event) => {
      event.preventDefault()
      keepToken(byId('token').value.trim())
      try {
        await json('GET', 'stats')
        byId('token').value = ''
        dialog.close()
        resolve()
      } catch (error) {
        forgetToken()
        byId('login-failure').hidden = false
        byId('login-failure').textContent = error.status === 401 ? 'That token does not open it.' : error.message
      }
    }
  })
}

async function quietly(action) {
  try {
    await action()
  } catch {
    // The connection is gone: `follow` says so, and comes back.
  }
}

byId('login').addEventListener('cancel', (event) => event.preventDefault())
byId('look').addEventListener('click', () => attempt(look, 'looking at the heap …'))
byId('grow').addEventListener('click', () => attempt(grow, 'looking three times, 5 s apart …'))
byId('collect').addEventListener('click', () => attempt(collect, 'collecting …'))
byId('snapshot').addEventListener('click', askForSnapshot)
byId('snapshot-cancel').addEventListener('click', () => byId('snapshot-dialog').close())
byId('snapshot-form').addEventListener('submit', () => attempt(takeSnapshot, 'taking a snapshot …'))
byId('cancel').addEventListener('click', () => work?.abort())
follow()
