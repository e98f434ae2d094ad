'use strict'

const { bytes, percent } = require('../report/words.js')
const { moment } = require('./moment.js')

const LIMITS = { heap: "V8's heap limit", cgroup: "the cgroup's memory limit" }
const LIKELY = {
  heap: 'V8 has most likely ended it for lack of memory',
  cgroup: 'the kernel has most likely killed it for lack of memory',
}

/** How a run ended, in a sentence or two. */
function endingText({ ending, events }) {
  const { how, time, nearest } = ending
  const at = moment(time)
  if (how === 'running') return `It is running; the last record is of ${at}.${nearness(nearest)}`
  if (how === 'stopped') return `The recorder was stopped on purpose at ${at}.`
  if (how === 'exited') {
    const code = events.at(-1)?.figures?.code
    return `The process ended by itself at ${at}${typeof code === 'number' ? `, with code ${code}` : ''}.${nearness(nearest)}`
  }
  const likely = nearest?.likely ? ` So ${LIKELY[nearest.limit]}.` : ''
  return `Cut off at ${at}: no stop is recorded, so the process was killed, or crashed.${nearness(nearest)}${likely}`
}

function nearness(nearest) {
  if (!nearest) return ''
  const { limit, used, size, share } = nearest
  return ` It was at ${percent(share)} of ${LIMITS[limit]} (${bytes(used)} of ${bytes(size)}).`
}

module.exports = { endingText }
