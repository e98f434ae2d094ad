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
  /** How many bytes of the heap a reading may have more, or less, than the one before for the engine's sake. */
  slack = new Float64Array(ROOM)

  #collect
  tracker
  /** What was used right after the last collection, where V8 told it. */
  heap
  /** Bytes of code at each, where what V8 notes of it lies among the objects. */
  #code = new Float64Array(ROOM)

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
   * Collects, and reads. `calls`: since the reading before; `wait`: ms until what is on its way has come. One collection is enough, unless it is to be
   * `thorough`.
   */
  async take(calls, wait, thorough = false) {
    await settle(wait)
    this.heap = undefined // it is none of the heap that is read
    this.heap = await (this.#collect ?? (thorough ? collect : collectOnce))()
    this.tracker?.report(LOOK) // which are gone
    const at = this.count++
    this.calls[at] = calls
    for (const name in this.columns) this.columns[name][at] = CHANNELS[name].read(this)
    this.#code[at] = codeAmongObjects(this.heap)
    this.slack[at] = NOTES * (this.#code[at] - this.#code[at - 1]) || 0
  }
}

/**
 * What is read, and how fine it is. `grain` is what a call can add on average without being seen in a single batch: a table
 * that doubles when it is full, 8 bytes an entry. Over a window `most` bounds it. A count has no grain: one or two come and go.
 */
const CHANNELS = {
  heap: { read: ({ heap } = {}) => objects(heap), grain: 4, most: 32_768, unit: 'bytes' },
  external: { read: ({ own }) => v8.getHeapStatistics().external_memory - own(), grain: 4, most: 32_768, unit: 'bytes' },
  timers: { read: () => process.getActiveResourcesInfo().filter(isTimer).length, grain: 0, most: 2, unit: 'timers' },
  handles: { read: handles, grain: 0, most: 2, unit: 'handles' },
  listeners: { read: ({ tracker }) => tracker.live, grain: 0, most: 2, unit: 'listeners' },
}

const LOOK = { top: 1 }

/** What V8 notes of a function that it compiles, for each byte of its code: 1.1 to 1.9 were seen. */
const NOTES = 2
/** Spaces in which no object of a program lies: code comes and goes there as functions are compiled and forgotten. */
const ENGINES = /^(code|trusted|read_only|shared)/

/**
 * Bytes of objects: of the whole heap without those, and not of the other spaces, whose figures V8 updates late. Without a `reading`: of now, with the
 * room that V8 allocates from.
 */
function objects(reading) {
  let used = (reading ?? v8.getHeapStatistics()).used_heap_size
  for (const space of reading?.spaces ?? v8.getHeapSpaceStatistics()) if (ENGINES.test(space.space_name)) used -= space.space_used_size
  return used
}

/** NaN where V8 has a space for what it notes of code, as since Node.js 22, or does not tell. */
function codeAmongObjects(reading) {
  if (reading === undefined || reading.spaces.some(({ space_name: name }) => name === 'trusted_space')) return NaN
  return reading.spaces.find(({ space_name: name }) => name === 'code_space')?.space_used_size ?? NaN
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
