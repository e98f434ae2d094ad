import { download, json } from './api.js'
import { byId, element, table } from './element.js'
import { bytes, span } from './format.js'
import { attempt, say } from './work.js'

/** Those that are kept in the app's folder. */
export async function showKept() {
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

/** Says what one would cost, and asks what is to become of it. */
export function askForSnapshot({ estimate }) {
  const cost = estimate.refused
    ? `It would be refused: ${estimate.refused}`
    : estimate.mode === 'twin'
      ? `A copy of the process does the work, while the app goes on. It is estimated to need up to ${bytes(estimate.memoryBytes)} of memory for a while.`
      : `The app will stand still for about ${span(estimate.pauseMs)} (${estimate.reason}), and needs up to ${bytes(estimate.memoryBytes)} of memory.`
  byId('estimate').textContent = cost
  byId('snapshot-dialog').showModal()
}

export async function takeSnapshot(signal) {
  const query = { ...(byId('compress').checked && { compress: 'gzip' }), ...(byId('redact').checked && { redact: '1' }) }
  if (!byId('to-folder').checked) return download(query, showSent, signal)
  await json('POST', `snapshot?${new URLSearchParams({ ...query, to: 'folder' })}`, { signal })
  await showKept()
}

function showSent(sent) {
  say(`${bytes(sent)} sent …`)
}
