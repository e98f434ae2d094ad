'use strict'

const fs = require('node:fs')
const { join } = require('node:path')
const v8 = require('node:v8')
const { threadId } = require('node:worker_threads')

// How a process that is watched by `leakguard run` tells of itself: by files, because they are there after a crash, and because they
// reach through whatever starts the app (npm, a shell, a cluster).
//
//   <pid>.<thread>.notes   events, a line of JSON each, written at once
//   <pid>.<thread>.state   the last state, JSON, put in its place whole every second
//   <pid>.rec              the flight recorder's, of the main thread

const STATE_MS = 1000
const FIRST_MS = 200
/** A leak that is told again and again tells nothing new. */
const MOST_LEAKS = 50
const MOST_READINGS = 400
const PLACES = 20

class Notebook {
  #base
  #descriptor
  #watchdog
  #leaks = 0
  #writing = false
  /** Time in collections that leakguard asked for. */
  collectedMs = 0

  constructor(folder, watchdog) {
    this.#base = join(folder, `${process.pid}.${threadId}`)
    this.#watchdog = watchdog
    this.#descriptor = fs.openSync(`${this.#base}.notes`, 'a', 0o600)
    this.write('start', { node: process.version, script: process.argv[1] ?? '', room: roomOf() })
    // First: who reads the log of it may end the app at once.
    watchdog.prependListener('leak', (leak) => this.#leaks++ < MOST_LEAKS && this.write('leak', { leak }))
    watchdog.on('recovered', ({ reason }) => this.write('recovered', { reason }))
    watchdog.on('pressure', ({ limit, share }) => this.write('pressure', { limit, share }))
    // A monitor: what the app does about the error stays as it is.
    process.on('uncaughtExceptionMonitor', (error) => this.write('crash', { error: wordsOf(error) }))
    process.on('exit', (code) => this.#exit(code))
    setTimeout(() => this.#save(), FIRST_MS).unref()
    setInterval(() => this.#save(), STATE_MS).unref()
  }

  /** Notes an event. Never throws: the app goes on without. */
  write(kind, about) {
    try {
      fs.writeSync(this.#descriptor, `${JSON.stringify({ kind, time: Date.now(), pid: process.pid, thread: threadId, ...about })}\n`)
    } catch {
      // The disk is full, or the app closed all descriptors.
    }
  }

  #state() {
    const { verdict, suspects, looking } = this.#watchdog
    return JSON.stringify({ pid: process.pid, time: Date.now(), verdict, suspects, looking, collectedMs: this.collectedMs, readings: thinned(this.#watchdog.samples()), resources: this.#watchdog.resources({ top: PLACES }) })
  }

  async #save() {
    if (this.#writing) return
    this.#writing = true
    const passing = `${this.#base}.state-new`
    try {
      await fs.promises.writeFile(passing, this.#state(), { mode: 0o600 })
      await fs.promises.rename(passing, `${this.#base}.state`)
    } catch {
      // The state of before stays.
    } finally {
      this.#writing = false
    }
  }

  #exit(code) {
    try {
      fs.writeFileSync(`${this.#base}.state-end`, this.#state(), { mode: 0o600 })
      fs.renameSync(`${this.#base}.state-end`, `${this.#base}.state`)
    } catch {
      // The state of before stays.
    }
    this.write('exit', { code })
  }
}

/** Bytes for old objects: of V8's limit, what it keeps for young ones is a good part where the heap is small. */
function roomOf() {
  const flags = [...(process.env.NODE_OPTIONS ?? '').split(/\s+/), ...process.execArgv]
  const given = flags.map((flag) => /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(flag)?.[1]).findLast(Boolean)
  const { heap_size_limit: limit } = v8.getHeapStatistics()
  return given > 0 ? Math.min(given * 2 ** 20, limit) : limit
}

/** So many at most, the last one among them. */
function thinned(readings) {
  const step = Math.ceil(readings.length / MOST_READINGS)
  return readings
    .filter((_, index) => (readings.length - 1 - index) % step === 0)
    .map(({ time, heapUsed, heapLimit, external, rss, markCompact }) => ({ time, heapUsed, heapLimit, external, rss, markCompact }))
}

/** What was thrown can be anything, and its texts can throw. */
function wordsOf(error) {
  try {
    return String(error?.stack ?? error).slice(0, 4000)
  } catch {
    return 'something was thrown'
  }
}

module.exports = { Notebook }
