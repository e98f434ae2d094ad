'use strict'

// Whether a column of readings grows with the calls. Pure: numbers in, a word out.
//
// After a forced collection a heap is exact to the byte: batches of a call that keeps nothing differ by 0, but for the engine's
// own steps (code that is compiled or dropped), which are few and large. So it is the count of batches that did not grow which
// clears a call, or the lower envelope, and not the mean. What grows by steps as well is a table (array, Map, Set) that is extended when it is
// full: it stands still for long, but grows at least once while the number of its entries doubles. So what clears a
// call must hold over a window in which the calls have doubled.

/** Of the batches in the window, how many must have stood still, to so much a call: a step down hides growth, and is none. */
const FLAT = 0.6
const STILL = 0.25
/** Of the grain, what a batch may grow by and still counts as one that did not: the engine and the readings themselves add some hundred bytes. */
const UNSEEN = 1 / 8
/** For the envelope, how many must not have grown. */
const NOT_GROWN = 0.4
/** The envelope: the least of so many readings, at either end of the window. Code comes and goes within fewer. */
const ENVELOPE = 3
/** So many batches in a row that all grew are a reason to look closer. */
const RISING = 4

/**
 * `calls[i]` is the number of calls before reading `i` and after the one before, `values[i]` what was read, for `i` up to `count`.
 * `tolerance`: what a call may keep. `grain`, `most`: see `CHANNELS`. `slack[i]`: so much more, or less, reading `i` may be than the one
 * before and still stand still, but not all of them together.
 *
 * Answers `state`: `clear`, it does not grow; `rising`, the last batches all grew; `open`: neither can be said yet. And
 * `perCall`, what a call adds: the median over the window, or the mean where that is 0.
 */
function judge(calls, values, count, { tolerance, grain, most, slack }) {
  const start = windowStart(calls, count)
  const deltas = []
  let total = 0
  for (let at = start + 1; at < count; at++) {
    deltas.push(beyond(values[at] - values[at - 1], slack?.[at] ?? 0) / calls[at])
    total += calls[at]
  }
  const unseen = tolerance + UNSEEN * grain
  const notGrown = deltas.filter((delta) => delta <= unseen).length
  const still = deltas.filter((delta) => delta <= unseen && delta >= -STILL * grain).length
  const sum = values[count - 1] - values[start]
  if (grain === 0) {
    const clear = deltas.length >= 2 && sum <= tolerance * total + most
    const rising = count > RISING && isRising(calls, values, count, tolerance)
    return { state: clear ? 'clear' : rising ? 'rising' : 'open', perCall: Math.max(0, sum / total) }
  }
  const allowed = tolerance * total + Math.min(grain * total, most)
  const perCall = median(deltas) || Math.max(0, sum / total)
  const level =
    still >= Math.max(2, Math.ceil(deltas.length * FLAT)) ||
    (notGrown >= deltas.length * NOT_GROWN && envelopeStands(calls, values, start, count, unseen))
  if (deltas.length >= 2 && sum <= allowed && level) return { state: 'clear', perCall }
  const last = count > RISING && isRising(calls, values, count, unseen)
  return { state: last ? 'rising' : 'open', perCall }
}

/** What is left of a step; what goes the other way excuses nothing. */
function beyond(step, slack) {
  return step > 0 ? Math.max(0, step - Math.max(0, slack)) : Math.min(0, step - Math.min(0, slack))
}

/** The last reading that has at most half of all calls before it, so that the calls doubled since. */
function windowStart(calls, count) {
  let all = 0
  for (let at = 0; at < count; at++) all += calls[at]
  let before = calls[0]
  let start = 0
  for (let at = 1; at < count && before + calls[at] <= all / 2; at++) {
    before += calls[at]
    start = at
  }
  return start
}

/** Whether the least of the last readings is no more than that of the first, but for `slope` a call between them. */
function envelopeStands(calls, values, start, count, slope) {
  if (count - start < 2 * ENVELOPE) return false
  const least = (from) => Math.min(...values.subarray(from, from + ENVELOPE))
  let between = 0
  for (let at = start + ENVELOPE; at < count; at++) between += calls[at]
  return least(count - ENVELOPE) - least(start) <= slope * between
}

function isRising(calls, values, count, most) {
  for (let at = count - RISING; at < count; at++) {
    if ((values[at] - values[at - 1]) / calls[at] <= most) return false
  }
  return true
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length === 0 ? 0 : sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

module.exports = { judge }
