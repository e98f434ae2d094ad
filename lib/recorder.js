'use strict'

const os = require('node:os')
const { resolve } = require('node:path')
const { getSystemErrorName } = require('node:util')
const { threadId } = require('node:worker_threads')
const { LeakguardError } = require('./errors.js')
const { native } = require('./native.js')
const { validate, size, wrong, shown } = require('./options.js')
const { isPath, pathOf } = require('./path.js')

const EVENTS = ['start', 'stop', 'exit', 'leak', 'suspicion', 'pressure', 'recovered', 'note']
const LEAST_BYTES = 64 * 1024
const MOST_BYTES = 16 * 1024 * 1024
const DEFAULT_BYTES = 1024 * 1024
/** Bytes of JSON: an event has about 1,500 in all, and its text needs most of them. */
const META_BYTES = 512
const FIGURES_BYTES = 1024
const TEXT_FIGURE = 200

const RULES = { size: fileSize, meta: metaData }

/**
 * A flight recorder: samples and events go into a file of a fixed size that can be read when this process is gone, however
 * it went.
 *
 * `sample` and `event` never throw because of the file, and answer whether the record was written: `error` says why the
 * last one was not, `lost` how many were not. A sample takes about a microsecond, one system call included.
 */
class Recorder {
  #writer
  #values = new Float64Array(13)
  #ended = false
  #lost = 0
  #error

  /** Opens or makes the file. Throws a LeakguardError where it cannot: ERR_LEAKGUARD_OPTION, _IO or _PARSE. */
  constructor(path, options) {
    if (!isPath(path)) throw wrong(`the recorder's path must be a path or a file: URL, got ${shown(path)}`)
    this.path = resolve(pathOf(path, "recorder's path"))
    const { size, meta } = validate(options, RULES)
    const writer = new (native().RecorderWriter)()
    const about = JSON.stringify(identity(meta))
    const failure = writer.open(this.path, size, process.pid, Date.now(), about)
    if (failure) throw failureOf(failure)
    this.#writer = writer
    this.#written(writer.event('start', Date.now(), '', about))
  }

  /** Whether records can be written: until `close`. */
  get open() {
    return this.#writer !== undefined
  }

  /** How many records could not be written. */
  get lost() {
    return this.#lost
  }

  /** Why the last of them was not. */
  get error() {
    return this.#error
  }

  /** Writes the numbers of a Sample; what is no number there counts as not known. */
  sample({ time, heapUsed, heapTotal, heapLimit, external, arrayBuffers, rss, cgroup, fds, loopDelay, gc }) {
    if (this.#writer === undefined) return false
    const values = this.#values
    values[0] = typeof time === 'number' ? time : Date.now()
    values[1] = known(heapUsed)
    values[2] = known(heapTotal)
    values[3] = known(heapLimit)
    values[4] = known(external)
    values[5] = known(arrayBuffers)
    values[6] = known(rss)
    values[7] = known(cgroup?.current)
    values[8] = known(cgroup?.limit)
    values[9] = known(fds)
    values[10] = known(loopDelay?.max)
    values[11] = known(gc?.count)
    values[12] = known(gc?.time)
    this.#ended = false
    return this.#written(this.#writer.sample(values))
  }

  /** Writes an event: its `text`, cut to some 1,000 bytes at least, and what else is a number, a text or a boolean. */
  event(kind, { text = '', time, ...figures } = {}) {
    if (!EVENTS.includes(kind)) throw wrong(`an event's kind must be one of ${EVENTS.join(', ')}, got ${shown(kind)}`)
    if (this.#writer === undefined) return false
    this.#ended = kind === 'stop' || kind === 'exit'
    const at = typeof time === 'number' ? time : Date.now()
    return this.#written(this.#writer.event(kind, at, String(text), figuresJson(figures)))
  }

  /** Lets go of the file, with a `stop` as its last record unless it has an `exit`. Closing twice is fine. */
  close() {
    if (this.#writer === undefined) return
    if (!this.#ended) this.event('stop')
    this.#writer.close()
    this.#writer = undefined
  }

  #written(done) {
    if (done) return true
    this.#lost++
    const failure = this.#writer.failure()
    if (failure) this.#error = failureOf(failure)
    return false
  }
}

function known(value) {
  return typeof value === 'number' ? value : NaN
}

/** What a post-mortem wants to know about a process. */
function identity(meta) {
  return {
    pid: process.pid,
    ...(threadId > 0 ? { thread: threadId } : {}),
    node: process.version,
    script: lastBytes(process.argv[1] ?? '', 400),
    host: lastBytes(os.hostname(), 100),
    ...(meta === undefined ? {} : { meta }),
  }
}

/** The end of a text, in so many bytes at most. */
function lastBytes(text, most) {
  const bytes = Buffer.from(text)
  return bytes.length <= most ? text : `…${bytes.subarray(bytes.length - most).toString().replace(/^\ufffd+/, '')}`
}

/** The figures that fit, in their order. */
function figuresJson(figures) {
  const kept = []
  let room = FIGURES_BYTES
  for (const [name, value] of Object.entries(figures)) {
    const plain = typeof value === 'boolean' || Number.isFinite(value) || typeof value === 'string'
    if (!plain) continue
    const entry = `${JSON.stringify(name)}:${JSON.stringify(typeof value === 'string' ? value.slice(0, TEXT_FIGURE) : value)}`
    room -= Buffer.byteLength(entry) + 1
    if (room < 1) break
    kept.push(entry)
  }
  return `{${kept.join(',')}}`
}

function fileSize(name, value) {
  const bytes = size(DEFAULT_BYTES)(name, value)
  if (bytes >= LEAST_BYTES && bytes <= MOST_BYTES) return bytes
  throw wrong(`"${name}" must be from 64KiB to 16MiB, got ${shown(value)}`)
}

function metaData(name, value) {
  if (value === undefined) return value
  let json
  try {
    json = typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : undefined
  } catch {
    // A circle, a BigInt: no JSON.
  }
  if (json?.startsWith('{') && Buffer.byteLength(json) <= META_BYTES) return JSON.parse(json)
  throw wrong(`"${name}" must be a plain object of at most ${META_BYTES} bytes as JSON, got ${shown(value)}`)
}

function failureOf({ code, message, errno, occupied }) {
  const name = occupied ? 'EBUSY' : errnoName(errno)
  const cause = name === undefined ? undefined : Object.assign(new Error(message), { code: name })
  return new LeakguardError(code, message, { cause })
}

function errnoName(errno) {
  // Numbers of Windows are none of libuv's.
  return errno === undefined || process.platform === 'win32' ? undefined : getSystemErrorName(-errno)
}

module.exports = { Recorder }
