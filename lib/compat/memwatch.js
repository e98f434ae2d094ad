'use strict'

// What the packages memwatch-next and @airbnb/node-memwatch do, for code that was written for them. Unlike the rest of
// leakguard, requiring this acts: it follows the collections from then on, because its figures count from there. It keeps no
// process alive. The judgement of 'leak' is the watchdog's; it begins with the first collection after somebody listens.

const { EventEmitter } = require('node:events')
const v8 = require('node:v8')
const { HeapDiff } = require('./heap-diff.js')
const { MemwatchStats } = require('./memwatch-stats.js')
const { gc } = require('../gc/collect.js')
const { gcFeed } = require('../gc-feed.js')
const { watch } = require('../watch/watch.js')

/** How soon a collection is told, in ms. */
const SOON = 50
/** Of `v8.getHeapStatistics()`: what a stats event passes on. */
const HEAP = [
  'total_heap_size', 'total_heap_size_executable', 'total_physical_size', 'total_available_size', 'used_heap_size',
  'heap_size_limit', 'malloced_memory', 'peak_malloced_memory',
]

const memwatch = new EventEmitter()
const stats = new MemwatchStats()
const feed = gcFeed(follow, { kinds: 'all', every: SOON })
let watchdog

function follow(reading) {
  // Asked here, and not told by 'newListener': an app's `removeAllListeners()` would take that along.
  if (watchdog === undefined && memwatch.listenerCount('leak') > 0) watchdog = watched()
  if (feed.lost !== stats.lost) stats.resume(feed.totals(), feed.lost)
  else stats.count(reading)
  if (reading.kind !== 'mark-compact') return
  const figures = stats.compaction(reading)
  if (memwatch.listenerCount('stats') === 0) return
  const heap = v8.getHeapStatistics()
  const { heapUsed: used_heap_size, heapTotal: total_heap_size } = reading
  memwatch.emit('stats', { ...figures, ...Object.fromEntries(HEAP.map((name) => [name, heap[name]])), used_heap_size, total_heap_size })
}

/** No look at the heap, and no twin for sites: those who listen asked for a number and a time. */
function watched() {
  return watch({ evidence: false, sites: false }).on('leak', accuse).on('error', (error) => process.emitWarning(error))
}

function accuse(leak) {
  if (leak.kind !== 'heap') return
  const { since, time, growthBytes, bytesPerHour, readings } = leak
  const rate = (bytesPerHour / 2 ** 20).toFixed(2)
  const reason = `heap growth over ${readings} consecutive GCs (${span(time - since)}) - ${rate} mb/hr`
  memwatch.emit('leak', { ...leak, start: new Date(since), end: new Date(time), growth: growthBytes, reason, verdict: leak })
}

/** `1h 4m 5s`, without what is 0 in front. */
function span(ms) {
  const seconds = Math.round(ms / 1000)
  const parts = [[Math.floor(seconds / 3600), 'h'], [Math.floor(seconds / 60) % 60, 'm'], [seconds % 60, 's']]
  const first = parts.findIndex(([value]) => value > 0)
  return parts.slice(first).map(([value, unit]) => value + unit).join(' ')
}

/** Collects all garbage, now; the `stats` of it come at the next turn, even where nothing else keeps the process. */
memwatch.gc = () => {
  gc()
  setImmediate(() => feed.drain())
}
memwatch.HeapDiff = HeapDiff

module.exports = memwatch
