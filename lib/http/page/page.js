import { Failure, json, listen } from './api.js'
import { Charts } from './charts.js'
import { byId } from './element.js'
import { bytes, milliseconds, span } from './format.js'
import { logIn } from './login.js'
import { grow, look } from './looks.js'
import { Readings } from './readings.js'
import { showSites } from './sites.js'
import { askForSnapshot, showKept, takeSnapshot } from './snapshots.js'
import { distinct, leakCard } from './suspect.js'
import { showVerdict } from './verdict.js'
import { attempt, showProgress, stop } from './work.js'

const AGAIN_MS = 3000

const readings = new Readings()
const charts = new Charts(byId('charts'))
let verdict
let stats

// ── What is known ────────────────────────────────────────────────────────────────────────────────────────────────────

async function refresh() {
  stats = await json('GET', 'stats')
  const series = await json('GET', `series?since=${readings.since}`)
  readings.addSeries(series.readings)
  verdict = series.verdict
  showProcess()
  showVerdict(verdict)
  showMemory()
  await Promise.all([showLeaks(), showSites(), stats.folder && showKept()])
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
  byId('kept').hidden = !stats.folder
}

function showMemory() {
  const sample = stats.sample ?? {}
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
      showVerdict(verdict)
      showMemory()
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

/** Collects the garbage, and says how much there was. */
async function collect(signal) {
  const { pauseMs, before, after } = await json('POST', 'gc', { signal })
  byId('memory-line').textContent = `collected ${bytes(before.heapUsed - after.heapUsed)} in ${milliseconds(pauseMs)}`
}

/** What one would cost now, where that can be asked. */
async function snapshot() {
  await quietly(async () => (stats = await json('GET', 'stats')))
  askForSnapshot(stats)
}

async function quietly(action) {
  try {
    await action()
  } catch {
    // The connection is gone: `follow` says so, and comes back.
  }
}

byId('look').addEventListener('click', () => attempt(look, 'looking at the heap …'))
byId('grow').addEventListener('click', () => attempt(grow, 'looking three times, 5 s apart …'))
byId('collect').addEventListener('click', () => attempt(collect, 'collecting …'))
byId('snapshot').addEventListener('click', snapshot)
byId('snapshot-cancel').addEventListener('click', () => byId('snapshot-dialog').close())
byId('snapshot-form').addEventListener('submit', () => attempt(takeSnapshot, 'taking a snapshot …'))
byId('cancel').addEventListener('click', stop)
follow()
