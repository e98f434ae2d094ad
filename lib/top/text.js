'use strict'

const { chart } = require('../postmortem/chart.js')
const { moment, span } = require('../postmortem/moment.js')
const { styleFor } = require('../report/paint.js')
const { bytes, count, cut, percent, safe, wrapped } = require('../report/words.js')

const EVENTS = 5
const STATES = { leak: 'LEAK', suspicious: 'Suspicious: memory grows', watching: 'Watching', empty: 'The recording is empty' }
const TOLD_LINES = 4

/** What a recording says of this moment, for a terminal. */
function topText(view, { stream, now = Date.now() } = {}) {
  const style = styleFor(stream)
  const { width, paint } = style
  if (view.state === 'empty') return `${paint.strong(STATES.empty)}\n`
  const told = view.text ? wrapped(safe(view.text), width) : []
  const lines = [
    paint.strong(cut(title(view, now), width)),
    '',
    paint.strong(STATES[view.state]),
    ...told.slice(0, TOLD_LINES),
    '',
    ...facts(view).flatMap(([name, words]) => wrapped(`${name.padEnd(10)} ${words}`, width)),
    '',
    ...chart(view.samples, { width }),
    '',
    ...view.events.slice(-EVENTS).map(({ kind, time, text }) => cut(`${moment(time).slice(11, 19)} ${safe(kind)} ${safe(text)}`.trimEnd(), width)),
    ...(view.ending.how === 'running' ? [] : wrapped(safe(view.ending.text), width)),
  ]
  return `${lines.join('\n')}\n`
}

function title({ process, since, ending, now: sample }, now) {
  const { script, pid, node } = process
  const end = ending.how === 'running' ? now : (ending.time ?? sample?.time ?? since)
  return [safe(script || 'a process'), `pid ${safe(pid ?? '?')}`, safe(node ?? ''), span(Math.max(0, end - since))].filter(Boolean).join(' · ')
}

function facts({ now, live, bytesPerHour, reachesLimitAt }) {
  if (now === undefined) return [['no sample', 'yet']]
  const { heapUsed, heapLimit, external, arrayBuffers, rss, cgroup, fds, loopDelay, gc } = now
  const rate = bytesPerHour > 0 ? `, +${bytes(bytesPerHour / 60)} a minute` : ''
  const limit = reachesLimitAt === undefined ? '' : `, the limit in about ${span(reachesLimitAt - now.time)}`
  const rows = [
    live !== undefined && ['live heap', `about ${bytes(live)}${heapLimit > 0 ? ` of ${bytes(heapLimit)} (${percent(live / heapLimit)})` : ''}${rate}${limit}`],
    heapUsed !== undefined && ['heap used', `${bytes(heapUsed)}${external === undefined ? '' : `, external ${bytes(external)}`}${arrayBuffers === undefined ? '' : `, buffers ${bytes(arrayBuffers)}`}`],
    rss !== undefined && ['RSS', `${bytes(rss)}${cgroup?.limit > 0 ? ` of the cgroup's ${bytes(cgroup.limit)}` : ''}${fds === undefined ? '' : `, ${count(fds)} descriptors`}`],
    gc?.count !== undefined && ['collected', `${count(gc.count)} times, ${span(gc.time ?? 0)} since the sample before`],
    loopDelay?.max !== undefined && ['loop', `late by ${span(loopDelay.max)} at most`],
  ]
  return rows.filter(Boolean)
}

module.exports = { topText }
