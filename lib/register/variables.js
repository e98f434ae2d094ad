'use strict'

const { LeakguardError } = require('../errors.js')
const { boolean, choice, integer, wrong, shown } = require('../options.js')
const { settingsOf } = require('../http/settings.js')
const { WATCH_RULES } = require('../watch/watch.js')

const on = (name, text) => boolean()(name, { 1: true, 0: false, true: true, false: false }[text] ?? text)
const whole = (rule) => (name, text) => rule(name, /^\d{1,15}$/.test(text) ? Number(text) : text)
const { sensitivity, interval, keep, onHeapLimit, mode } = WATCH_RULES

/** What the environment can say: each variable with its rule, and what it is for. docs/http.md has this table. */
const VARIABLES = {
  LEAKGUARD_WATCH: on,
  LEAKGUARD_SENSITIVITY: sensitivity,
  LEAKGUARD_INTERVAL: interval,
  LEAKGUARD_DIR: (_name, text) => text,
  LEAKGUARD_KEEP: whole(keep),
  LEAKGUARD_MODE: mode,
  LEAKGUARD_ON_HEAP_LIMIT: onHeapLimit,
  LEAKGUARD_RECORDER: (_name, text) => text.replaceAll('%p', String(process.pid)),
  LEAKGUARD_HTTP: address,
  LEAKGUARD_TOKEN: (name, text) => named(name, () => settingsOf({ token: text }).token),
  LEAKGUARD_REDACT: choice(['always']),
  LEAKGUARD_TRACK: on,
  LEAKGUARD_LOG: on,
}

/** `9400`, `127.0.0.1:9400`, `[::1]:0`: `{ port, host? }`. */
function address(name, text) {
  const [, six, four, port] = /^(?:(?:\[([0-9a-f:.]+)\]|([^:\s[\]]+)):)?(\d{1,5})$/i.exec(text) ?? []
  if (port === undefined) throw wrong(`"${name}" must be a port, or host:port, got ${shown(text)}`)
  return { port: integer(0, 65_535)(name, Number(port)), ...((six ?? four) && { host: six ?? four }) }
}

/** An option's own sentence, with the variable's name in it. */
function named(name, read) {
  try {
    return read()
  } catch (error) {
    throw new LeakguardError(error.code, error.message.replace(/^ERR_LEAKGUARD_\w+: /, '').replace(/"\w+"/, `"${name}"`))
  }
}

/** The variables that are set and right, by name; `complain(sentence)` is told of the others, which count as not set. */
function variablesOf(environment, complain) {
  const values = {}
  for (const [name, read] of Object.entries(VARIABLES)) {
    const text = environment[name]
    if (text === undefined || text === '') continue
    try {
      values[name] = read(name, text)
    } catch (error) {
      complain(`${error.message.replace(/^ERR_LEAKGUARD_\w+: /, '')}; it counts as not set`)
    }
  }
  return values
}

module.exports = { variablesOf, VARIABLES }
