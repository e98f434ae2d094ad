'use strict'

const { PerformanceObserver, performance } = require('node:perf_hooks')
const v8 = require('node:v8')
const { FORCED, nameOf } = require('./kinds.js')

/** As many as the other source keeps. */
const KEPT = 1024

/**
 * Node's observer of collections, where V8's own callbacks are not to be had. Times and pauses are right; it tells when the
 * loop comes round, so the heap's figures are those of that moment, one for all collections that it tells of.
 */
class PerfHooksSource {
  #observer
  #kinds
  #kept = []
  #totals = {}
  lost = 0

  constructor(kinds) {
    this.#kinds = kinds
    this.#observer = new PerformanceObserver((list) => this.#take(list.getEntries()))
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  #take(entries) {
    if (entries.length === 0) return
    const heap = v8.getHeapStatistics()
    for (const entry of entries) {
      const { kind, flags } = entry.detail
      const total = (this.#totals[nameOf(kind)] ??= { count: 0, ms: 0 })
      total.count++
      total.ms += entry.duration
      if ((kind & this.#kinds) !== 0) this.#keep(entry, kind, flags, heap)
    }
    const over = this.#kept.length - KEPT
    if (over > 0) {
      this.#kept.splice(0, over)
      this.lost += over
    }
  }

  #keep({ startTime, duration }, kind, flags, heap) {
    const at = startTime + duration
    this.#kept.push({
      kind: nameOf(kind),
      forced: (flags & FORCED) !== 0,
      time: Math.round(Date.now() - (performance.now() - at)),
      at,
      pauseMs: duration,
      heapUsed: heap.used_heap_size,
      heapTotal: heap.total_heap_size,
      external: heap.external_memory,
      exact: false,
    })
  }

  drain() {
    this.#take(this.#observer.takeRecords())
    return this.#kept.splice(0)
  }

  totals() {
    this.#take(this.#observer.takeRecords())
    return Object.fromEntries(Object.entries(this.#totals).map(([name, total]) => [name, { ...total }]))
  }

  stop() {
    this.#take(this.#observer.takeRecords())
    this.#observer.disconnect()
  }
}

module.exports = { PerfHooksSource }
