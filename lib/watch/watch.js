'use strict'

const { walkerRule } = require('../capture/walker.js')
const { callback, duration, choice, group, integer, interval, boolean, size, validate, wrong, shown } = require('../options.js')
const { THRESHOLDS } = require('../detect.js')
const { isPath, pathRule } = require('../path.js')
const { redactOption } = require('../redact/settings.js')
const { LISTENERS } = require('../track/listeners.js')
const { RULES: TRACKED } = require('../track/tracker.js')
const { Watchdog } = require('./watchdog.js')

const WATCH_RULES = {
  sensitivity: choice(['low', 'normal', 'high'], 'normal'),
  thresholds: group(THRESHOLDS),
  interval: interval('10s'),
  history: integer(100, 100_000, 1000),
  pressure: bands,
  evidence: boolean(true),
  looksPerHour: integer(0, 1000, 8),
  walker: walkerRule,
  mode: choice(['auto', 'twin', 'inline'], 'twin'),
  maxPause: duration(),
  maxMemory: size(),
  beforeCapture: callback,
  snapshotDir: pathRule,
  redact: redactOption,
  keep: integer(0, 1000, 3),
  sites,
  recorder,
  listeners: tracked(LISTENERS),
  timers: tracked(TRACKED),
  handles: tracked(TRACKED),
  onHeapLimit: choice(['snapshot', 'report', 'none'], 'none'),
}

function bands(name, value = [0.8, 0.9]) {
  if (Array.isArray(value) && value.length > 0 && value.every((band) => band > 0 && band < 1)) return [...value].sort((a, b) => a - b)
  throw wrong(`"${name}" must be an array of shares between 0 and 1, got ${shown(value)}`)
}

function sites(name, value = 'suspicious') {
  if (value === true || value === false || value === 'suspicious') return value
  throw wrong(`"${name}" must be true, false or 'suspicious', got ${shown(value)}`)
}

function given(_name, value) {
  return value
}

/** The recorder's file, or `{ file, size, meta }`, whose `size` and `meta` the recorder checks by itself. */
function recorder(name, value) {
  if (value === undefined) return undefined
  if (isPath(value)) return { file: pathRule(name, value) }
  if (value === null || typeof value !== 'object') throw wrong(`"${name}" must be a path or { file, size, meta }, got ${shown(value)}`)
  const options = validate(value, { file: pathRule, size: given, meta: given }, `"${name}"`)
  if (options.file === undefined) throw wrong(`"${name}" must have a "file"`)
  return options
}

/** `true`, or the options of a tracker; its readings are those of the watchdog. */
function tracked({ interval: _, ...rules }) {
  return (name, value = false) => {
    if (typeof value === 'boolean') return value ? validate({}, rules) : undefined
    return validate(value, rules, `"${name}"`)
  }
}

/** Watches this thread's memory until it is stopped or the thread ends; it keeps nothing alive. */
function watch(options) {
  return new Watchdog(validate(options, WATCH_RULES))
}

module.exports = { watch, WATCH_RULES }
