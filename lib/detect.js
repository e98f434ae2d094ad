'use strict'

const { LeakguardError } = require('./errors.js')
const { native } = require('./native.js')
const { validate, integer, size, choice, wrong, shown } = require('./options.js')

const THRESHOLDS = {
  suspectAfter: integer(2, 1e6),
  confirmAfter: integer(2, 1e6),
  suspectScore: amount,
  confirmScore: amount,
  minBytes: size(),
  minNativeBytes: size(),
  minCount: amount,
  minShare: amount,
  minLasting: amount,
  minRisingParts: integer(0, 5),
}
const RULES = { sensitivity: choice(['low', 'normal', 'high'], 'normal'), ...THRESHOLDS }

// The fields of the core's Sample, in its order: each is read and checked at its place.
const FIELDS = [
  ['time', (sample) => sample.time, required],
  ['heapUsed', (sample) => sample.heapUsed, known],
  ['heapTotal', (sample) => sample.heapTotal, known],
  ['heapLimit', (sample) => sample.heapLimit, limit],
  ['external', (sample) => sample.external, known],
  ['arrayBuffers', (sample) => sample.arrayBuffers, known],
  ['rss', (sample) => sample.rss, known],
  ['cgroup.current', (sample) => sample.cgroup?.current, known],
  ['cgroup.limit', (sample) => sample.cgroup?.limit, limit],
  ['fds', (sample) => sample.fds, known],
  ['handles', (sample) => sample.handles, known],
  ['listeners', (sample) => sample.listeners, known],
  ['timers', (sample) => sample.timers, known],
  ['markCompact', (sample) => sample.markCompact, flag],
]

/**
 * Judges from a series of samples whether the app leaks: at once, and by them alone, without a clock.
 * 500 samples take about a millisecond.
 */
function detect(samples, given) {
  const options = validate(given, RULES)
  const fields = columns(samples)
  try {
    return JSON.parse(native().detectTrend(fields, JSON.stringify(options)))
  } catch (error) {
    if (error instanceof LeakguardError) throw error
    throw new LeakguardError('ERR_LEAKGUARD_INTERNAL', `a defect in leakguard, please report it: ${error.message}`, { cause: error })
  }
}

function columns(samples) {
  if (!Array.isArray(samples)) throw wrong(`"samples" must be an array, got ${shown(samples)}`)
  const fields = new Float64Array(samples.length * FIELDS.length)
  let at = 0
  for (let index = 0; index < samples.length; index++) {
    const sample = samples[index]
    if (sample === null || typeof sample !== 'object') throw wrong(`"samples[${index}]" must be an object, got ${shown(sample)}`)
    for (const [name, read, rule] of FIELDS) fields[at++] = rule(read(sample), index, name)
  }
  return fields
}

function required(value, index, name) {
  if (Number.isFinite(value) && value >= 0) return value
  throw wrong(`"samples[${index}].${name}" must be a number of at least 0, got ${shown(value)}`)
}

/** Left out, or null as JSON has it: not known. */
function known(value, index, name) {
  return value === undefined || value === null ? NaN : required(value, index, name)
}

function limit(value, index, name) {
  return value === Infinity ? NaN : known(value, index, name)
}

function flag(value, index, name) {
  if (value === undefined || value === null) return NaN
  if (typeof value === 'boolean') return Number(value)
  throw wrong(`"samples[${index}].${name}" must be true or false, got ${shown(value)}`)
}

function amount(name, value) {
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return value
  throw wrong(`"${name}" must be a number of at least 0, got ${shown(value)}`)
}

module.exports = { detect, THRESHOLDS }
