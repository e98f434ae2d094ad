'use strict'

const v8 = require('node:v8')
const { isMainThread } = require('node:worker_threads')
const { native } = require('../native.js')
const { collect, collectOnce } = require('./collect.js')
const { settle } = require('./call.js')

/** More readings than a trial ever takes. */
const ROOM = 64

/**
 * What is there after a collection, reading by reading, in columns that are made beforehand: a reading must not add to what the
 * next one measures.
 */
class Readings {
  count = 0
  /** Calls since the reading before. */
  calls = new Float64Array(ROOM)
  /** How many bytes of buffers are our own. */
  own = () => 0
  /** Columns by name: bytes of `heap` and `external`; how many `timers`, `handles` and `listeners`. */
  columns

  #collect
  tracker

  /** `listeners`: their tracker, where they are read. */
  constructor(track, collecting, listeners) {
    this.#collect = collecting
    this.tracker = listeners
    const names = Object.keys(CHANNELS).filter((name) => track.includes(name) && (name !== 'listeners' || listeners !== undefined))
    this.columns = Object.fromEntries(names.map((name) => [name, new Float64Array(ROOM)]))
  }

  get full() {
    return this.count === ROOM
  }

  /** Forgets what was read. */
  restart() {
    this.count = 0
  }

  /**
   * Collects, and reads. `calls`: since the reading before; `wait`: ms until what is on its way has come. One collection is enough but for the
   * first reading, which is of a heap without what waits in V8's caches, and where it is to be `thorough`.
   */
  async take(calls, wait, thorough = this.count === 0) {
    await settle(wait)
    await (this.#collect ?? (thorough ? collect : collectOnce))()
    this.tracker?.report(LOOK) // which are gone
    const at = this.count++
    this.calls[at] = calls
    for (const name in this.columns) this.columns[name][at] = CHANNELS[name].read(this)
  }
}

/**
 * What is read, and how fine it is. `grain` is what a call can add on average without being seen in a single batch: a table
 * that doubles when it is full, 8 bytes an entry. Over a window `most` bounds it. A count has no grain: one or two come and go.
 */
const CHANNELS = {
  heap: { read: objects, grain: 4, most: 32_768, unit: 'bytes' },
  external: { read: ({ own }) => v8.getHeapStatistics().external_memory - own(), grain: 4, most: 32_768, unit: 'bytes' },
  timers: { read: () => process.getActiveResourcesInfo().filter(isTimer).length, grain: 0, most: 2, unit: 'timers' },
  handles: { read: handles, grain: 0, most: 2, unit: 'handles' },
  listeners: { read: ({ tracker }) => tracker.live, grain: 0, most: 2, unit: 'listeners' },
}

const LOOK = { top: 1 }

/** Spaces in which no object of a program lies: code comes and goes there as functions are compiled and forgotten. */
const ENGINES = /^(code|trusted|read_only|shared)/

/** Bytes of objects: of the whole heap without those, and not of the other spaces, whose figures V8 updates late. */
function objects() {
  let used = v8.getHeapStatistics().used_heap_size
  for (const space of v8.getHeapSpaceStatistics()) if (ENGINES.test(space.space_name)) used -= space.space_used_size
  return used
}

function isTimer(resource) {
  return resource === 'Timeout' || resource === 'Immediate'
}

/** Sockets, servers, files: what the loop knows of, and in the main thread descriptors that it does not know of. */
function handles() {
  return process.getActiveResourcesInfo().filter((resource) => !isTimer(resource)).length + (isMainThread ? descriptors() : 0)
}

/** 0 where nobody tells. */
function descriptors() {
  try {
    return native().countDescriptors() ?? 0
  } catch {
    return 0
  }
}

module.exports = { Readings, CHANNELS }
