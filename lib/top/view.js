'use strict'

// What a recording says of this moment. Its samples are of any moment, garbage included: what lives is estimated by the least that was
// used in stretches of them.

const STRETCH = 5
const MOST_STRETCHES = 60
/** So many pairs of stretches have to rise, or there is no trend. */
const RISING = 0.8
const STATES = { leak: 'leak', suspicion: 'suspicious', recovered: 'watching' }
const HOUR = 36e5

/**
 * `{ process, state, leak, now, live, bytesPerHour, reachesLimitAt, gc, loopDelay, events, ending }` of the last run. Pure. Rates and
 * the limit are undefined where nothing grows steadily.
 */
function viewOf({ path, runs }) {
  const run = runs.at(-1)
  if (run === undefined) return { path, state: 'empty', leak: false, events: [] }
  const { samples, events, ending } = run
  const now = samples.at(-1)
  const judged = events.findLast(({ kind }) => STATES[kind])
  const told = judged?.kind === 'recovered' ? undefined : events.findLast(({ kind }) => kind === 'leak')
  const stretches = leastOf(samples)
  const live = stretches.at(-1)
  const rate = rateOf(stretches)
  const room = live && now.heapLimit - live.heapUsed
  return {
    path,
    process: run.process,
    since: run.start,
    state: STATES[judged?.kind] ?? 'watching',
    leak: told !== undefined,
    text: told?.text ?? (judged?.kind === 'suspicion' ? judged.text : undefined),
    now,
    live: live?.heapUsed,
    bytesPerHour: rate,
    reachesLimitAt: rate > 0 && room > 0 ? live.time + (room / rate) * HOUR : undefined,
    events,
    samples,
    ending,
  }
}

function leastOf(samples) {
  const known = samples.filter(({ heapUsed }) => heapUsed >= 0).slice(-STRETCH * MOST_STRETCHES)
  const stretches = []
  for (let end = known.length; end > 0; end -= STRETCH) {
    const part = known.slice(Math.max(0, end - STRETCH), end)
    stretches.unshift(part.reduce((least, sample) => (sample.heapUsed < least.heapUsed ? sample : least)))
  }
  return stretches
}

/** Bytes an hour: the median of the slopes between all stretches, where nearly all of them rise. */
function rateOf(stretches) {
  const slopes = stretches.flatMap((from, index) => stretches.slice(index + 1).map((to) => ((to.heapUsed - from.heapUsed) / (to.time - from.time)) * HOUR)).filter(Number.isFinite)
  if (slopes.length < 10 || slopes.filter((slope) => slope > 0).length < slopes.length * RISING) return undefined
  return slopes.sort((a, b) => a - b)[slopes.length >> 1]
}

module.exports = { viewOf }
