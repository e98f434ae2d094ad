'use strict'

const { isRegExp } = require('node:util').types
const { walkerRule } = require('../capture/walker.js')
const { choice, duration, integer, size, callback, validate, wrong, shown } = require('../options.js')
const { pathRule } = require('../path.js')
const { CHANNELS } = require('./readings.js')

const TRACKED = Object.keys(CHANNELS)
/** Listeners are read only for who asks: every `on` and `addEventListener` is looked at meanwhile. */
const USUAL = TRACKED.filter((name) => name !== 'listeners')

const RULES = {
  iterations: integer(2, 1_000_000),
  warmup: integer(0, 1_000_000),
  tolerance,
  timeout: duration('4s', 1),
  ignore: patterns,
  track: tracked,
  setup: callback,
  teardown: callback,
  report: pathRule,
  mode: choice(['auto', 'twin', 'inline'], 'auto'),
  walker: walkerRule,
}

/** What a call may keep: bytes, or `{ bytes, objects }`. */
function tolerance(name, value = 0) {
  if (value !== null && typeof value === 'object') {
    const { bytes, objects } = validate(value, { bytes: size(0), objects: amount }, `"${name}"`)
    return { bytes, objects }
  }
  return { bytes: size(0)(name, value), objects: 0 }
}

function amount(name, value = 0) {
  if (Number.isFinite(value) && value >= 0) return value
  throw wrong(`"${name}" must be a number of at least 0, got ${shown(value)}`)
}

/** Texts, of which any part counts, or regular expressions; one or several. */
function patterns(name, value = []) {
  const list = Array.isArray(value) ? value : [value]
  if (list.every((one) => (typeof one === 'string' && one !== '') || isRegExp(one))) return list
  throw wrong(`"${name}" must be texts or regular expressions, got ${shown(value)}`)
}

function tracked(name, value = USUAL) {
  if (Array.isArray(value) && value.length > 0 && value.every((one) => TRACKED.includes(one))) return value
  throw wrong(`"${name}" must be an array of ${TRACKED.join(', ')}, got ${shown(value)}`)
}

/** The function under test and its options, as they are used. */
function checked(fn, given) {
  if (typeof fn !== 'function') throw wrong(`what is asserted not to leak must be a function, got ${shown(fn)}: write () => call()`)
  return validate(given, RULES)
}

/** Whether one of the patterns is found in one of the texts. */
function matches(patterns, texts) {
  const found = (text, pattern) => (typeof pattern === 'string' ? text.includes(pattern) : text.search(pattern) >= 0)
  return patterns.some((pattern) => texts.some((text) => found(text, pattern)))
}

module.exports = { checked, patterns, matches }
