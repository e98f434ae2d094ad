'use strict'

const v8 = require('node:v8')
const { lastEvidence, prepareForTheEnd } = require('./last-evidence.js')

/** How often the heap is looked at between collections. */
const LOOK_MS = 250

/** How near the heap is to V8's limit, for those who want evidence of it before V8 ends the process. */
class HeapLimit {
  #options
  #on
  /** Used heap after the last full collection. */
  #live = 0
  #near = false
  #timer
  /** Takes back what was prepared for the heap's end. */
  #unprepare

  /** `on`: `{ near(), failed(error) }`. */
  constructor(options, on) {
    this.#options = options
    this.#on = on
    this.#unprepare = prepareForTheEnd(options)
    if (options.onHeapLimit !== 'none') this.#timer = setInterval(() => this.#look(), LOOK_MS).unref()
  }

  /** So much lives after a full collection. */
  collected(heapUsed) {
    this.#live = heapUsed
  }

  /**
   * Between collections, too: a heap of which more than half lives may be collected once more only when it is full. Only for
   * those who want evidence of it, since an app whose garbage fills the rest looks like that as well.
   */
  #look() {
    const { used_heap_size: used, heap_size_limit: limit } = v8.getHeapStatistics()
    if (this.#live < limit / 2) this.#near = false
    else if (used > limit * this.#options.pressure.at(-1)) this.reached()
  }

  /** The heap is nearly full: once, until there is room again. */
  reached() {
    if (this.#near || this.#options.onHeapLimit === 'none') return
    this.#near = true
    this.#on.near()
    lastEvidence(this.#options).catch((error) => this.#on.failed(error))
  }

  stop() {
    clearInterval(this.#timer)
    this.#unprepare()
  }
}

module.exports = { HeapLimit }
