import { byId, element } from './element.js'
import { bytes, count, percent, span } from './format.js'

const STATES = {
  watching: ['Watching', 'Too early to tell'],
  quiet: ['Quiet', 'Nothing leaks'],
  suspicious: ['Suspicious', 'Something grows'],
  confirmed: ['Leak', 'This app leaks'],
}

/** What the watchdog says: `undefined` before its first judgement. */
export function showVerdict(verdict) {
  const state = verdict?.state ?? 'watching'
  const grows = state === 'confirmed' || state === 'suspicious'
  const [word, headline] = STATES[state]
  byId('verdict').dataset.state = state
  byId('state').textContent = word
  byId('headline').textContent = grows ? growthWords(verdict) : headline
  byId('reason').textContent = verdict?.reason ?? 'The first full collection has not come yet.'
  const facts = grows ? factsOf(verdict) : []
  byId('facts').replaceChildren(...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))))
}

function factsOf({ kind, resource, growthCount, growthBytes, bytesPerHour, since, reachesLimitAt, confidence }) {
  const isCount = kind === 'resources'
  return [
    ['grew by', isCount ? `${count(growthCount)} ${resource}` : bytes(growthBytes)],
    ...(isCount ? [] : [['an hour', bytes(bytesPerHour)]]),
    ...(since ? [['since', span(Date.now() - since)]] : []),
    ...(reachesLimitAt ? [['limit in', span(reachesLimitAt - Date.now())]] : []),
    ['sure', percent(confidence)],
  ]
}

function growthWords(verdict) {
  const what = { heap: 'The heap', external: 'Memory of buffers', native: 'Native memory', resources: `The number of ${verdict.resource}` }[verdict.kind]
  return verdict.state === 'confirmed' ? `${what} leaks` : `${what} grows`
}
