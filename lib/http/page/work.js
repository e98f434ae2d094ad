import { byId } from './element.js'

let work

/** One piece of work at a time, which can be stopped. */
export async function attempt(action, words) {
  if (work) return
  work = new AbortController()
  byId('failure').hidden = true
  byId('work').hidden = words === undefined
  byId('progress').removeAttribute('value')
  say(words ?? '')
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

/** How far it is, as an event tells. */
export function showProgress({ kind, stage, look: nth, looks: all }) {
  if (!work) return
  const which = nth === undefined ? '' : `look ${nth}${all ? ` of ${all}` : ''}: `
  say(`${which}${STAGES[stage] || stage || `${kind}, soon`} …`)
  const order = ['snapshot', 'parse', 'edges', 'dominators', 'report', 'wait']
  const part = !stage ? 0 : (order.indexOf(stage) + 1) / (order.length + 1)
  byId('progress').value = nth && all ? (nth - 1 + part) / all : part
}

/** What it is busy with. */
export function say(words) {
  byId('work-text').textContent = words
}

export function stop() {
  work?.abort()
}
