'use strict'

const { isMainThread } = require('node:worker_threads')
const { variablesOf } = require('./variables.js')

// What `node --import leakguard/register app.js` does: the environment says what. Whatever goes wrong here is one line on stderr, and
// the app starts.

/** One line, to where a person at a terminal or a collector of logs looks; the app's console is the app's. */
function tell(sentence) {
  try {
    process.stderr.write(`leakguard: ${sentence.replace(/^ERR_LEAKGUARD_\w+: /, '').replace(/\s*\n\s*/g, ' ')}\n`)
  } catch {
    // Nobody reads it.
  }
}

/** Answers the watchdog of this thread, where there is one; `more` are options of it that the environment has no say in. */
function register(more) {
  const values = variablesOf(process.env, tell)
  const watchdog = values.LEAKGUARD_WATCH === false ? undefined : watched(values, more)
  // A port belongs to the process; workers are watched, each by its own watchdog.
  if (values.LEAKGUARD_HTTP !== undefined && isMainThread) serveAt(values.LEAKGUARD_HTTP, values, watchdog)
  return watchdog
}

function watched(values, more) {
  const options = {
    sensitivity: values.LEAKGUARD_SENSITIVITY,
    interval: values.LEAKGUARD_INTERVAL,
    snapshotDir: values.LEAKGUARD_DIR,
    keep: values.LEAKGUARD_KEEP,
    redact: values.LEAKGUARD_REDACT === 'always' ? { strict: true } : undefined,
    mode: values.LEAKGUARD_MODE,
    onHeapLimit: values.LEAKGUARD_ON_HEAP_LIMIT,
    listeners: values.LEAKGUARD_TRACK,
    timers: values.LEAKGUARD_TRACK,
    handles: values.LEAKGUARD_TRACK,
    recorder: isMainThread ? values.LEAKGUARD_RECORDER : undefined,
    ...more,
  }
  const watchdog = startOf(options)
  if (watchdog === undefined) return undefined
  watchdog.on('error', (error) => tell(error.message))
  if (values.LEAKGUARD_LOG !== false) {
    watchdog.on('leak', ({ text }) => tell(text))
    watchdog.on('recovered', ({ reason }) => tell(`the leak has ended: ${reason}`))
    watchdog.on('pressure', ({ limit, share }) => tell(`${Math.round(share * 100)} % of the ${limit}'s limit is used`))
  }
  return watchdog
}

/** A recorder that cannot be had leaves the rest. */
function startOf(options) {
  const { watch } = require('../watch/watch.js')
  try {
    return watch(options)
  } catch (error) {
    tell(error.message)
    if (options.recorder === undefined) return undefined
    return startOf({ ...options, recorder: undefined })
  }
}

function serveAt({ port, host }, values, watchdog) {
  const { serve } = require('../http/serve.js')
  const { LEAKGUARD_TOKEN: token, LEAKGUARD_REDACT: redact, LEAKGUARD_DIR: snapshotDir, LEAKGUARD_TRACK: track } = values
  serve({ port, host, token, redact, snapshotDir, track, watchdog }).then(
    ({ url }) => values.LEAKGUARD_LOG !== false && tell(`look at this process at ${url}`),
    (error) => tell(error.cause?.code === 'EADDRINUSE' ? `${error.message}; LEAKGUARD_HTTP=0 takes a free port` : error.message),
  )
}

module.exports = { register, tell }
