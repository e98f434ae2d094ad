import { spark } from './charts.js'
import { element } from './element.js'
import { bytes, count, percent, place, signed, span } from './format.js'

/** So many steps of a path are shown at once; the end is what a person knows. */
const STEPS = 5

/** A suspect as a card: what, where, how much, held by what, and what to do. */
export function suspectCard(suspect, { level = 'amber', title } = {}) {
  return element('article', { class: `card suspect ${level}` },
    title && element('p', { class: 'over' }, title),
    element('h3', {}, element('code', {}, suspect.name)),
    element('p', { class: 'dim' }, suspect.type),
    suspect.location && element('p', { class: 'place', title: `${suspect.location.file}:${suspect.location.line}:${suspect.location.column}` }, element('code', {}, place(suspect.location))),
    element('dl', { class: 'facts' }, ...facts(suspect).flatMap(([name, value]) => [element('div', {}, element('dt', {}, name), element('dd', {}, value))])),
    pathOf(suspect.path ?? []),
    suspect.advice && element('p', { class: 'advice' }, suspect.advice))
}

function facts({ count: many, countDelta, values, retainedSize, retainedDelta, share }) {
  return [
    values
      ? ['values', `${count(values.at(-1))} (${signed(values.at(-1) - values[0], count)})`]
      : ['objects', `${count(many)}${countDelta === undefined ? '' : ` (${signed(countDelta, count)})`}`],
    ['hold', `${bytes(retainedSize)}${retainedDelta === undefined ? '' : ` (${signed(retainedDelta, bytes)})`}`],
    ...(share === undefined ? [] : [['of the heap', percent(share)]]),
  ]
}

/** From the root to what is held; the beginning is folded. */
function pathOf(path) {
  if (path.length === 0) return undefined
  const step = ({ edge, name, type }) => element('li', {}, edge && edge !== name ? element('b', {}, edge) : '', edge && edge !== name ? ': ' : '', name, type === 'closure' ? ' (function)' : '')
  const end = element('ol', { class: 'path' }, ...path.slice(-STEPS).map(step))
  if (path.length <= STEPS) return end
  const start = element('details', {}, element('summary', {}, `from the roots: ${path.length - STEPS} more steps`), element('ol', { class: 'path' }, ...path.slice(0, -STEPS).map(step)))
  return element('div', {}, start, end)
}

const KINDS = { heap: 'the heap', external: 'memory of buffers', native: 'native memory', resources: 'resources' }

/**
 * Leaks, each once: the same is told again as it grows, and where the heap was not looked at again, what was seen before stays
 * true. `leaks` are newest first.
 */
export function distinct(leaks) {
  const named = leaks.filter(({ suspects }) => suspects?.length > 0)
  const plain = leaks.filter(({ suspects, kind }) => !(suspects?.length > 0) && !named.some((leak) => leak.kind === kind))
  const firsts = (list, key) => list.filter((leak, at) => list.findIndex((other) => key(other) === key(leak)) === at)
  const newest = (leak) => leaks.find(({ kind }) => kind === leak.kind) ?? leak
  const only = firsts(named, ({ fingerprint }) => fingerprint)
  // With one suspect of a kind, the newest figures are its own.
  const grown = only.map((leak) => (only.filter(({ kind }) => kind === leak.kind).length > 1 ? leak : { ...newest(leak), suspects: leak.suspects }))
  return [...grown, ...firsts(plain, ({ kind, resource }) => `${kind} ${resource}`)]
}

/** A leak that the watchdog told. */
export function leakCard(leak, values) {
  const [first] = leak.suspects ?? []
  const over = leak.recoveredAt ? `ended ${span(Date.now() - leak.recoveredAt)} ago` : `leaks since ${span(Date.now() - (leak.since ?? leak.time))}`
  const card = first ? suspectCard(first, { level: leak.recoveredAt ? 'calm' : 'red', title: over }) : plainCard(leak, over)
  const rate = leak.kind === 'resources' ? `${signed(leak.growthCount ?? 0, count)} ${leak.resource ?? ''}` : `${signed(leak.growthBytes, bytes)} of ${KINDS[leak.kind]}, ${bytes(leak.bytesPerHour)} an hour`
  const limit = leak.reachesLimitAt ? `, the limit in ${span(leak.reachesLimitAt - leak.time)}` : ''
  const picture = spark(values, `how it grew: from ${bytes(values[0])} to ${bytes(values.at(-1))}`)
  card.append(element('p', { class: 'rate' }, ...(picture ? [picture] : []), `${rate}${limit}`))
  if (first && leak.sites?.length > 0) card.append(element('details', {}, element('summary', {}, 'where it is made'), siteList(leak.sites)))
  const others = (leak.suspects ?? []).slice(1, 4)
  if (others.length > 0) card.append(element('details', {}, element('summary', {}, `${others.length} more that hold much`), ...others.map(({ text }) => element('p', { class: 'small' }, text))))
  return card
}

/** Where it is made, or allocated. */
function siteList(sites) {
  if (sites.length === 0) return undefined
  const line = (site) => element('li', {}, element('b', {}, place(site)), site.function ? ` in ${site.function}` : '', Number.isFinite(site.live) ? `: ${count(site.live)} living` : '')
  return element('ol', { class: 'path' }, ...sites.slice(0, 5).map(line))
}

function plainCard(leak, over) {
  return element('article', { class: 'card suspect red' }, element('p', { class: 'over' }, over), element('h3', {}, `${KINDS[leak.kind] ?? 'Memory'} grows`), element('p', {}, leak.reason ?? leak.text), siteList(leak.sites ?? []), leak.missing && element('p', { class: 'dim small' }, `The heap was not looked at: ${leak.missing}`))
}
