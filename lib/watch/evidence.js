'use strict'

const fs = require('node:fs')
const { join, resolve } = require('node:path')
const { promisify } = require('node:util')
const zlib = require('node:zlib')
const { countObjects } = require('../capture/light-census.js')
const { snapshotTo } = require('../capture/snapshot.js')
const { walkerUnsupported } = require('../capture/walker.js')
const { lightGrowth } = require('../growth/light.js')
const { look } = require('../growth/look.js')
const { Budget } = require('./budget.js')

const gzip = promisify(zlib.gzip)
const gunzip = promisify(zlib.gunzip)
const NAME = /^leakguard-leak-.*\.heapsnapshot$/
/** Looks that are compared: the last ones. */
const KEPT = 3
/** Of counts by constructor: so many are kept, so many are told, and growth by fewer objects is none. */
const COUNTED = 1000
const LIGHT = { top: 20, minCount: 100 }
/** Less than `growth` takes by default: what is looked for grows by some MB. */
const FOLD = { top: 10, minBytes: 64 * 1024, minCount: 10, maxPaths: 8000, readScripts: true }

/** Failures of a moment: the next look may succeed. */
const PASSING = new Set(['ERR_LEAKGUARD_TWIN', 'ERR_LEAKGUARD_BUSY', 'ERR_LEAKGUARD_IO', 'ERR_LEAKGUARD_PARSE'])

/**
 * Looks at the heap while it is under suspicion, each compared with those before. A capture costs memory and processor time, so there
 * are only so many an hour; those that the machine cannot afford are left out. Of a look its census is kept, compressed and outside of
 * the heap that is watched.
 */
class Evidence {
  #options
  #budget
  #censuses = []
  /** Light ones, where no other can be had. */
  #counts = []
  #by
  #ended = new AbortController()

  constructor({ snapshotDir, keep, redact, looksPerHour, mode, maxPause, maxMemory, beforeCapture, walker }) {
    this.#budget = new Budget(looksPerHour)
    this.#options = { snapshotDir: snapshotDir && resolve(snapshotDir), keep, redact, looksPerHour, mode, maxPause, maxMemory, beforeCapture, walker }
  }

  /** Looks that can be made in an hour. */
  get budget() {
    return this.#budget
  }

  /** Why there is none, in words. */
  get exhausted() {
    return `${this.#options.looksPerHour} looks an hour are used up`
  }

  /** Whether a look takes about a second, a walk of the heap beside the app, and not V8's snapshot. */
  get cheap() {
    const { walker, mode } = this.#options
    return walker !== false && mode !== 'inline' && walkerUnsupported() === undefined
  }

  /** How many looks are there to compare. */
  get looks() {
    return this.#censuses.length
  }

  /**
   * One look: `{ growth?, capture, evidence, walkerReason? }`, or `{ missing, unaffordable, mayPass }`, why there was none. Never rejects. Where it is urgent it
   * does not give way to the app, so that it comes to an end on a machine that has more work than it can do.
   */
  async look({ isUrgent }) {
    this.#budget.spend()
    try {
      if (await this.#isRefused()) return { missing: 'beforeCapture refused' }
      const before = await Promise.all(this.#censuses.map(async (census) => String(await gunzip(census))))
      const options = { ...FOLD, ...this.#capture, walker: this.#options.walker, priority: isUrgent ? 'normal' : 'low', census: true }
      const { census, growth, capture, evidence, walkerReason } = await look(options, before.length > 0 ? before : undefined)
      // A walk and V8's snapshot do not list V8's own structures alike: what differs between them is no growth.
      const isSame = this.#by === undefined || this.#by === evidence
      this.#by = evidence
      this.#censuses = [...(isSame ? this.#censuses : []), await gzip(JSON.stringify(census))].slice(-KEPT)
      return { growth: isSame ? growth : undefined, capture, evidence, walkerReason }
    } catch (error) {
      return { missing: reasonOf(error), unaffordable: error?.code === 'ERR_LEAKGUARD_HEADROOM', mayPass: PASSING.has(error?.code) }
    }
  }

  /**
   * Where a snapshot cannot be afforded, objects can be counted all the same: `{ evidence, classes, counted, capture }`; what grew since the
   * counts before, in `classes` and in words, or the constructors with the most objects. Never rejects.
   */
  async count() {
    try {
      const before = await Promise.all(this.#counts.map(async (count) => JSON.parse(await gunzip(count))))
      const { capture, ...count } = await countObjects({ ...this.#capture, top: COUNTED })
      this.#counts = [...this.#counts, await gzip(JSON.stringify(count))].slice(-KEPT)
      const growth = before.length > 0 ? lightGrowth([...before, count], LIGHT) : undefined
      const grown = growth?.classes.map((row) => ({ ...row, count: row.counts.at(-1) })) ?? []
      const classes = grown.length > 0 ? grown : count.classes.slice(0, LIGHT.top)
      return { evidence: 'light-census', classes, counted: growth?.text, capture }
    } catch {
      return {}
    }
  }

  /** Forgets earlier looks, or all but the last. */
  forget({ last = false } = {}) {
    this.#censuses = last ? this.#censuses.slice(-1) : []
    if (!last) this.#counts = []
  }

  /** Keeps a snapshot of the leak, where the caller wants that: `{ capture }`, `{ unkept }`, why not, or nothing. Never rejects. */
  async keep() {
    const { snapshotDir, keep, redact } = this.#options
    if (snapshotDir === undefined || keep === 0) return {}
    try {
      if (await this.#isRefused()) return { unkept: 'beforeCapture refused' }
      await fs.promises.mkdir(snapshotDir, { recursive: true, mode: 0o700 })
      const time = new Date().toISOString().replaceAll(':', '-')
      const path = join(snapshotDir, `leakguard-leak-${time}-${process.pid}.heapsnapshot`)
      const capture = await snapshotTo(path, { ...this.#capture, redact })
      // The names sort by time.
      const old = (await fs.promises.readdir(snapshotDir)).filter((name) => NAME.test(name)).sort().slice(0, -keep)
      for (const name of old) await fs.promises.rm(join(snapshotDir, name), { force: true })
      return { capture }
    } catch (error) {
      return { unkept: reasonOf(error) }
    }
  }

  /** One pod of many may look, say: the others tell the trend. */
  async #isRefused() {
    return (await this.#options.beforeCapture?.({ kind: 'leak' })) === false
  }

  get #capture() {
    const { mode, maxPause, maxMemory } = this.#options
    return { mode, maxPause, maxMemory, signal: this.#ended.signal, busy: 'wait', priority: 'low', force: false, keepsAlive: false }
  }

  stop() {
    this.#ended.abort()
    this.forget()
  }
}

/** `beforeCapture` is the caller's, and may throw what is no error. */
function reasonOf(error) {
  return String(error?.message ?? error)
}

module.exports = { Evidence, KEPT }
