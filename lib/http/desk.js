'use strict'

const { performance } = require('node:perf_hooks')
const { Refusal } = require('./refusal.js')

const MINUTE = 60_000
/** When a client that was refused may ask again. */
const SOON = { 'Retry-After': '5' }

/**
 * Where work that costs is asked for: one at a time, so many a minute, none that `beforeCapture` refuses, and none for a client
 * that is gone or waits for longer than `timeout`.
 */
class Desk {
  #rate
  #timeout
  #beforeCapture
  #busy
  #begun = []
  #running = new Set()

  constructor({ rate, timeout, beforeCapture }) {
    this.#rate = rate
    this.#timeout = timeout
    this.#beforeCapture = beforeCapture
  }

  /** What is being done now: its kind, or `undefined`. */
  get busy() {
    return this.#busy
  }

  /** Does `work(signal)` and answers its result. The signal is aborted when the client goes away. */
  async serve(kind, res, work) {
    this.#admit()
    this.#busy = kind
    const ended = new AbortController()
    const gone = () => ended.abort(new Error('the client went away, or did not take it in time'))
    const timer = setTimeout(gone, this.#timeout).unref()
    res.once('close', gone)
    this.#running.add(ended)
    try {
      await this.#permit(kind)
      return await work(ended.signal)
    } finally {
      clearTimeout(timer)
      res.off('close', gone)
      this.#running.delete(ended)
      this.#busy = undefined
    }
  }

  #admit() {
    if (this.#busy !== undefined) {
      throw new Refusal(409, `a ${this.#busy} is in progress: wait for its end`, { code: 'ERR_LEAKGUARD_BUSY', headers: SOON })
    }
    const now = performance.now()
    this.#begun = this.#begun.filter((at) => now - at < MINUTE)
    if (this.#begun.length >= this.#rate) {
      const seconds = Math.ceil((this.#begun[0] + MINUTE - now) / 1000)
      const message = `${this.#rate} a minute are allowed: wait ${seconds} s, or raise "rate"`
      throw new Refusal(429, message, { code: 'ERR_LEAKGUARD_BUSY', headers: { 'Retry-After': String(seconds) } })
    }
    this.#begun.push(now)
  }

  /** The hook may take its time, ask others, and say no: by `false`, or by throwing why. */
  async #permit(kind) {
    let granted
    try {
      granted = await this.#beforeCapture?.({ kind })
    } catch (error) {
      throw new Refusal(403, `beforeCapture refused: ${error?.message ?? error}`)
    }
    if (granted === false) throw new Refusal(403, 'beforeCapture refused')
  }

  /** Ends what is in progress. */
  stop() {
    for (const ended of this.#running) ended.abort(new Error('the endpoint was closed'))
  }
}

module.exports = { Desk }
