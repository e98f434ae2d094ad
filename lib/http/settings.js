'use strict'

const { validate, boolean, callback, choice, duration, integer, size, wrong, shown } = require('../options.js')
const { pathRule } = require('../path.js')
const { watchdogRule } = require('../watch/rule.js')

/** What the endpoint can be told; index.d.ts and docs/http.md say what each does. */
const RULES = {
  token,
  authorize: callback,
  path: mountPath,
  watchdog: watchdogRule,
  snapshotDir: folder,
  keep: integer(1, 1000, 5),
  redact: choice(['always']),
  beforeCapture: callback,
  mode: choice(['auto', 'twin', 'inline'], 'auto'),
  maxPause: duration(),
  maxMemory: size(),
  priority: choice(['low', 'normal'], 'low'),
  timeout: duration('10m', 100),
  stall: duration('30s', 100),
  rate: integer(1, 10_000, 12),
  clients: integer(1, 1000, 8),
  track: boolean(false),
}

function settingsOf(options) {
  return validate(options, RULES)
}

/** Short secrets are guessed, and others do not fit into a header. */
function token(name, value) {
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw wrong(`"${name}" must be a text, got ${value === null ? 'null' : typeof value}`)
  if (value.length < 16) throw wrong(`"${name}" must have at least 16 characters, got ${value.length}`)
  if (!/^[\x21-\x7e]+$/.test(value)) throw wrong(`"${name}" must be visible ASCII without spaces: it is sent in a header`)
  return value
}

function mountPath(name, value) {
  if (value === undefined) return undefined
  if (typeof value === 'string' && /^(\/[^/?#\s]+)*\/?$/.test(value)) return value.replace(/\/$/, '')
  throw wrong(`"${name}" must be a path such as '/heap', got ${shown(value)}`)
}

function folder(name, value = process.env.LEAKGUARD_DIR || undefined) {
  return pathRule(name, value)
}

module.exports = { settingsOf }
