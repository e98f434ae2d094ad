'use strict'

const { choice, duration, validate, wrong, shown } = require('../options.js')
const { collect } = require('./collect.js')
const { settle, now } = require('./call.js')

const RULES = { timeout: duration('1s', 1), mode: choice(['auto', 'twin', 'inline'], 'auto') }
/** From one collection to the next: what holds an object for a moment only lets go meanwhile. */
const BACK_OFF_MS = [0, 0, 5, 20, 50, 100, 200]

/**
 * Whether an object is collected when nobody here holds it: of a `WeakRef`, or of a function that makes it. Answers
 * `{ collected, text }`.
 */
async function collectedOf(object, given) {
  const options = validate(given, RULES)
  const { ref, name } = await weakly(object)
  const start = now()
  for (let attempt = 0; ; attempt++) {
    await settle(BACK_OFF_MS[Math.min(attempt, BACK_OFF_MS.length - 1)])
    await collect()
    await settle()
    // Looking at it holds it until the end of this turn, and not longer.
    if (isGone(ref)) return { collected: true, text: `${name} was collected, and was expected to stay` }
    if (attempt > 0 && now() - start > options.timeout) break
  }
  return { collected: false, text: `${name} was not collected within ${options.timeout} ms` }
}

function isGone(ref) {
  return ref.deref() === undefined
}

/** A weak reference, and what to call what it refers to. No variable here may hold the object when the next turn comes. */
async function weakly(object) {
  if (typeof object === 'function') {
    const made = object()
    return reference(typeof made?.then === 'function' ? await made : made)
  }
  // A WeakRef of any realm.
  if (Object.prototype.toString.call(object) === '[object WeakRef]') return { ref: object, name: nameOf(object.deref()) }
  throw wrong(`only a WeakRef or a function that makes the object can be asked whether it is collected, got ${shown(object)}: who holds the object itself keeps it alive`)
}

function reference(made) {
  if (made === null || (typeof made !== 'object' && typeof made !== 'function')) {
    throw wrong(`the function must make an object, got ${shown(made)}`)
  }
  return { ref: new WeakRef(made), name: nameOf(made) }
}

function nameOf(object) {
  if (object === undefined) return 'the object'
  if (typeof object === 'function') return object.name ? `the function ${object.name}` : 'the function'
  const { constructor } = object
  return typeof constructor === 'function' && constructor.name ? `the ${constructor.name}` : 'the object'
}

module.exports = { collectedOf }
