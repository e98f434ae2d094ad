'use strict'

// Of the realm that loaded us, before anybody could fake them: the function under test may live with a clock that stands.
const { setTimeout, clearTimeout, setImmediate } = require('node:timers')
const { performance } = require('node:perf_hooks')
const v8 = require('node:v8')
const { LeakguardError } = require('../errors.js')

const now = performance.now.bind(performance)
/** How often a run that may end early looks at the memory. */
const LOOK_EVERY = 8

/**
 * The function under test, with what is done around each call of it. Nothing of a call is kept: what it answers is dropped.
 */
class Call {
  #fn
  #setup
  #teardown
  #timeout
  #made = 0

  constructor(fn, { setup, teardown, timeout }) {
    this.#fn = fn
    this.#setup = setup
    this.#teardown = teardown
    this.#timeout = timeout
    this.name = nameOf(fn)
  }

  /** How many calls were made so far. */
  get made() {
    return this.#made
  }

  /**
   * Calls it `count` times, one after another; less often where `limit`, of `{ least, ms, bytes }`, is reached. Answers how often.
   * It throws what a call threw, with the number of the call.
   */
  async run(count, limit) {
    let stalled
    const stall = new Promise((resolve, reject) => (stalled = reject))
    const state = { over: false }
    const timer = setTimeout(() => {
      state.over = true
      stalled(this.#neverSettled())
    }, this.#timeout)
    try {
      return await Promise.race([this.#calls(count, limit, state, timer), stall])
    } finally {
      clearTimeout(timer)
    }
  }

  async #calls(count, limit, state, timer) {
    const start = now()
    const held = limit && heldBytes()
    for (let done = 0; done < count; ) {
      this.#made++
      try {
        // Awaited only where there is something to wait for: a synchronous function is called in one stretch.
        let given = this.#setup?.()
        if (isThenable(given)) given = await given
        const fn = this.#fn
        let answer = fn(given)
        if (isThenable(answer)) {
          await answer
          timer.refresh()
        }
        answer = undefined
        const last = this.#teardown?.(given)
        if (isThenable(last)) await last
      } catch (cause) {
        throw this.#failed(cause)
      }
      if (state.over) return done
      done++
      if (limit === undefined || done < limit.least) continue
      if (now() - start > limit.ms) return done
      if (done % LOOK_EVERY === 0 && heldBytes() - held > limit.bytes) return done
    }
    timer.refresh()
    return count
  }

  #failed(cause) {
    const what = cause instanceof Error || typeof cause?.message === 'string' ? `${cause.name}: ${cause.message}` : String(cause)
    return new LeakguardError('ERR_LEAKGUARD_CALL', `call ${this.#made} of ${this.name} failed: ${what}`, { cause, iteration: this.#made })
  }

  #neverSettled() {
    const message = `call ${this.#made} of ${this.name} did not settle within ${this.#timeout} ms; give more with "timeout", or look for a promise that nobody resolves`
    return new LeakguardError('ERR_LEAKGUARD_TIMEOUT', message, { iteration: this.#made })
  }
}

function nameOf(fn) {
  return fn.name ? `${fn.name}()` : 'the function'
}

function isThenable(value) {
  return value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function'
}

function heldBytes() {
  const { used_heap_size: heap, external_memory: external } = v8.getHeapStatistics()
  return heap + external
}

/** Lets the loop come round twice, and `ms` pass: closed handles are told, finalizers run. */
async function settle(ms = 0) {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
}

module.exports = { Call, settle, now }
