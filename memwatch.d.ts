/// <reference types="node" />
/**
 * What memwatch-next and @airbnb/node-memwatch export, for code that was written for them. Requiring it acts: it follows the collections from
 * then on. docs/migrating.md says what is different.
 *
 * ```js
 * const memwatch = require('leakguard/memwatch')
 *
 * memwatch.on('leak', ({ reason }) => console.error(reason))
 * ```
 *
 * @module
 */
import { EventEmitter } from 'node:events'

/** `stats` after each full collection, `leak` when the watchdog finds one. */
declare const memwatch: memwatch.Memwatch

/** @hidden */
declare namespace memwatch {
  interface Memwatch extends EventEmitter {
    /** Collects all garbage, now; its `stats` come at the next turn. */
    gc(): void
    /** What comes into the heap and leaves it from `new` to `end()`. */
    HeapDiff: new () => HeapDiff
    /** After each full collection. */
    on(event: 'stats', listener: (stats: Stats) => void): this
    /** When the watchdog finds a leak. It begins with the first collection after somebody listens. */
    on(event: 'leak', listener: (leak: LeakInformation) => void): this
    /** After the next full collection. */
    once(event: 'stats', listener: (stats: Stats) => void): this
    /** When the watchdog finds its next leak. */
    once(event: 'leak', listener: (leak: LeakInformation) => void): this
  }

  /** Sizes in bytes. */
  interface Stats {
    /** Full collections since this module was required. */
    num_full_gc: number
    /** All other collections. */
    num_inc_gc: number
    /** As many as `num_full_gc`. */
    heap_compactions: number
    /** How far the mean over the last collections is above the slow one, in percent; below: negative. */
    usage_trend: number
    /** The mean over the last ten full collections or so. */
    estimated_base: number
    /** Used heap after this one. */
    current_base: number
    /** Of `current_base`, from the third full collection on; 0 before. */
    min: number
    max: number
    /** When it ended, in µs since 1970. */
    gc_ts: number
    /** How long it took, in ns. */
    gc_time: number
    gcScavengeCount: number
    /** In ns, as all these times. */
    gcScavengeTime: number
    gcMarkSweepCompactCount: number
    gcMarkSweepCompactTime: number
    gcIncrementalMarkingCount: number
    gcIncrementalMarkingTime: number
    gcProcessWeakCallbacksCount: number
    gcProcessWeakCallbacksTime: number
    /** As of `v8.getHeapStatistics()`. */
    total_heap_size: number
    total_heap_size_executable: number
    total_physical_size: number
    total_available_size: number
    used_heap_size: number
    heap_size_limit: number
    malloced_memory: number
    peak_malloced_memory: number
  }

  /** Once for each leak, until it has grown by half. */
  interface LeakInformation {
    start: Date
    end: Date
    /** Bytes. */
    growth: number
    /** `heap growth over 42 consecutive GCs (1h 4m 5s) - 12.34 mb/hr` */
    reason: string
    /** What the watchdog says. */
    verdict: import('./index.js').Leak
  }

  interface Size {
    size_bytes: number
    /** In words: `12.34 mb`, `kb`, `bytes`. */
    size: string
  }

  interface Diff {
    before: Size & { nodes: number }
    after: Size & { nodes: number }
    change: Size & {
      freed_nodes: number
      allocated_nodes: number
      /** By class, sorted by name; those that did not change are left out. */
      details: (Size & { what: string; '+': number; '-': number })[]
    }
  }

  /** What comes into the heap and leaves it from `new` to `end()`; each of the two stops this thread for a snapshot. */
  interface HeapDiff {
    /** Once; a second time throws. */
    end(): Diff
  }
}

export = memwatch
