'use strict'

const { LeakguardError } = require('../errors.js')
const { duration, validate, wrong, shown } = require('../options.js')
const { safe } = require('../report/words.js')
const { settle, now } = require('./call.js')
const { patterns, matches } = require('./options.js')

const BACK_OFF_MS = [0, 1, 5, 20, 50, 100, 200]
const brand = Symbol('what there was')

/** What exists now and would outlive a test: listeners on `process`, and what keeps the loop alive. */
function current() {
  const listeners = new Map(process.eventNames().map((event) => [event, [...process.rawListeners(event)]]))
  const resources = new Map()
  for (const type of process.getActiveResourcesInfo()) resources.set(type, (resources.get(type) ?? 0) + 1)
  return { [brand]: true, listeners, resources }
}

// When this module was loaded: when the test file began.
const beginning = current()

/** What there is now, to be given to `verifyNone` as `ignoreCurrent`. */
function ignoreCurrent() {
  return current()
}

const RULES = { ignoreCurrent: baseline, ignore: patterns, timeout: duration('1s', 1) }

function baseline(name, value = beginning) {
  if (value?.[brand] === true) return value
  throw wrong(`"${name}" must be what ignoreCurrent() answered, got ${shown(value)}`)
}

/**
 * Resolves when there is nothing more than there was: when this module was loaded, or when `ignoreCurrent()` was called. It waits for
 * what is about to go, and rejects with `ERR_LEAKGUARD_LEAK`, which names the rest.
 */
async function verifyNone(given) {
  const options = validate(given, RULES)
  const start = now()
  let left
  for (let attempt = 0; attempt === 0 || now() - start < options.timeout; attempt++) {
    await settle(BACK_OFF_MS[Math.min(attempt, BACK_OFF_MS.length - 1)])
    left = added(options.ignoreCurrent).filter((text) => !matches(options.ignore, [text]))
    if (left.length === 0) return
  }
  throw new LeakguardError('ERR_LEAKGUARD_LEAK', `the tests left something behind:\n\n${left.map((text) => `  ${text}`).join('\n')}\n`)
}

function added(before) {
  const after = current()
  const found = []
  for (const [event, functions] of after.listeners) {
    const known = [...(before.listeners.get(event) ?? [])]
    for (const listener of functions) {
      const at = known.indexOf(listener)
      if (at >= 0) known.splice(at, 1)
      else found.push(`a listener: process.on(${safe(inQuotes(event))}, ${safe(nameOf(listener))})`)
    }
  }
  for (const [type, count] of after.resources) {
    const more = count - (before.resources.get(type) ?? 0)
    if (more > 0 && !OWN.has(type)) found.push(`${more} more of ${WORDS[type] ?? type}`)
  }
  return found
}

/** Passing, or made by the look itself. */
const OWN = new Set(['Immediate', 'TickObject', 'CloseReq'])

/** What the loop's types are to a person. */
const WORDS = {
  Timeout: 'setTimeout or setInterval (Timeout)',
  TCPServerWrap: 'a listening server (TCPServerWrap)',
  TCPSocketWrap: 'an open connection (TCPSocketWrap)',
  PipeServerWrap: 'a server on a pipe (PipeServerWrap)',
  UDPWrap: 'a UDP socket (UDPWrap)',
  ProcessWrap: 'a child process (ProcessWrap)',
  FSEventWrap: 'fs.watch (FSEventWrap)',
  StatWatcher: 'fs.watchFile (StatWatcher)',
  MessagePort: 'a worker or a MessagePort (MessagePort)',
}

function inQuotes(event) {
  return typeof event === 'string' ? `'${event}'` : String(event)
}

function nameOf(listener) {
  const { name } = listener.listener ?? listener // of `once`, the function that was given
  return name || 'an anonymous function'
}

module.exports = { verifyNone, ignoreCurrent }
