'use strict'

/** From this compaction on the bases are means over time. */
const MEANS_FROM = 10
/** The slow mean is over so many. */
const SLOW = 120
/** From this compaction on there are extremes: the first two see the program start. */
const EXTREMES_FROM = 3

/** Kinds of collections, as the field names have them. */
const FIELDS = {
  scavenge: 'gcScavenge',
  'mark-compact': 'gcMarkSweepCompact',
  incremental: 'gcIncrementalMarking',
  'weak-callbacks': 'gcProcessWeakCallbacks',
}

/** The figures of memwatch's `stats`: bytes; `gc_ts` in µs since 1970; the other times in ns. */
class MemwatchStats {
  #kinds = {}
  #compactions = 0
  #recent = 0
  #ancient = 0
  #min = 0
  #max = 0
  /** How many readings of the feed were not seen. */
  lost = 0

  count({ kind, pauseMs }) {
    const total = (this.#kinds[kind] ??= { count: 0, ms: 0 })
    total.count++
    total.ms += pauseMs
  }

  /** Where readings were lost, all there is to know is the totals. */
  resume(totals, lost) {
    this.#kinds = totals
    this.lost = lost
  }

  /** A full collection: answers the figures after it. */
  compaction({ time, pauseMs, heapUsed }) {
    const number = ++this.#compactions
    const early = number < MEANS_FROM
    const slow = Math.min(SLOW, number)
    this.#recent = early ? heapUsed : (this.#recent * 9 + heapUsed) / 10
    this.#ancient = early ? heapUsed : (this.#ancient * (slow - 1) + heapUsed) / slow
    if (number === EXTREMES_FROM) this.#min = this.#max = heapUsed
    if (number > EXTREMES_FROM) {
      this.#min = Math.min(this.#min, heapUsed)
      this.#max = Math.max(this.#max, heapUsed)
    }
    const others = Object.entries(this.#kinds).filter(([kind]) => kind !== 'mark-compact')
    return {
      num_full_gc: number,
      num_inc_gc: others.reduce((sum, [, { count }]) => sum + count, 0),
      heap_compactions: number,
      usage_trend: Math.round(((this.#recent - this.#ancient) / this.#ancient) * 1000) / 10,
      estimated_base: this.#recent,
      current_base: heapUsed,
      min: this.#min,
      max: this.#max,
      gc_ts: Math.round(time * 1000),
      gc_time: Math.round(pauseMs * 1e6),
      ...this.#byKind(),
    }
  }

  #byKind() {
    const figures = {}
    for (const [kind, field] of Object.entries(FIELDS)) {
      const { count, ms } = this.#kinds[kind] ?? { count: 0, ms: 0 }
      figures[`${field}Count`] = count
      figures[`${field}Time`] = Math.round(ms * 1e6)
    }
    return figures
  }
}

module.exports = { MemwatchStats }
