'use strict'

const { setInterval, clearInterval } = require('node:timers')
const { setImmediate: nextTurn } = require('node:timers/promises')
const { LeakguardError } = require('../errors.js')

/** The captures of this thread, one at a time: how many there are, and the end of the last. */
let captures = 0
let last = Promise.resolve()
/** Far from now: a timer that is there for being there. */
const LONG_MS = 3600e3

/**
 * Runs `capture` when the earlier ones of this thread have ended; with `busy: 'reject'` not at all if there is one. One that `beside` allows lets the next
 * come when it calls `begun`.
 */
async function inTurn({ busy, keepsAlive, beside }, capture) {
  if (captures > 0 && busy === 'reject') throw occupied()
  captures++
  // The earlier ones may keep no process alive, and somebody awaits this one.
  const held = captures > 1 && keepsAlive !== false ? setInterval(() => {}, LONG_MS) : undefined
  const { promise: isUnderWay, resolve: begun } = resolvable()
  const turn = last
    .then(() => clearInterval(held))
    .then(() => nextTurn(undefined, { ref: keepsAlive })) // what the app has under way goes out before a pause
    .then(() => capture(begun))
    .finally(() => captures--)
  const ended = turn.catch(() => undefined)
  last = beside ? Promise.race([ended, isUnderWay]) : ended
  return turn
}

function resolvable() {
  let resolve
  const promise = new Promise((done) => (resolve = done))
  return { promise, resolve }
}

function occupied() {
  const message = "a capture is in progress in this process; wait for it, or leave out busy: 'reject'"
  return new LeakguardError('ERR_LEAKGUARD_BUSY', message)
}

module.exports = { inTurn, occupied }
