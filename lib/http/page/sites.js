import { json } from './api.js'
import { byId, element, table } from './element.js'
import { count, milliseconds, place, signed, span } from './format.js'

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

/** Listeners, timers and handles by the place that made them. */
export async function showSites() {
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
