'use strict'

const fs = require('node:fs')
const { join, resolve } = require('node:path')
const { performance } = require('node:perf_hooks')
const { promisify } = require('node:util')
const zlib = require('node:zlib')
const { countObjects } = require('../capture/light-census.js')
const { snapshotTo } = require('../capture/snapshot.js')
const { lightGrowth } = require('../growth/light.js')
const { look } = require('../growth/look.js')

const gzip = promisify(zlib.gzip)
const gunzip = promisify(zlib.gunzip)
const HOUR = 3600e3
const NAME = /^leakguard-leak-.*\.heapsnapshot$/
/** Looks that are compared: the last ones. */
const KEPT = 5
/** A look before a calm is compared with for so long; later the app is another one. */
const REMEMBERED_MS = 10 * 60e3
/** Counted constructors that are kept, and of those that grew, told. */
const COUNTED = 2000
const TOLD = 20
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
  /** When the looks of the last hour were, and the counts. */
  #spent = { looks: [], counts: [] }
  #censuses = []
  #counts = []
  /** When those of before a calm are too old. */
  #until = Infinity
  #by
  #ended = new AbortController()

  constructor({ snapshotDir, keep, redact, looksPerHour, mode, maxPause, beforeCapture }) {
    this.#options = { snapshotDir: snapshotDir && resolve(snapshotDir), keep, redact, looksPerHour, mode, maxPause, beforeCapture }
  }

  /** Whether the budget has another look. */
  get affordable() {
    return this.#has('looks')
  }

  /** Whether it has another count, which costs a sixth: as many as looks. */
  get countable() {
    return this.#has('counts')
  }

  #has(what) {
    const now = performance.now()
    this.#spent[what] = this.#spent[what].filter((at) => now - at < HOUR)
    return this.#spent[what].length < this.#options.looksPerHour
  }

  /** Was there so long a calm that what was seen before it says nothing any more? */
  get isOfAnotherTime() {
    return performance.now() > this.#until
  }

  /** Why there is none, in words. */
  get exhausted() {
    return `${this.#options.looksPerHour} looks an hour are used up`
  }

  /** How many looks are there to compare. */
  get looks() {
    return this.#censuses.length
  }

  /** How many counts are there to compare. */
  get counts() {
    return this.#counts.length
  }

  /**
   * One look: `{ growth?, times, capture, evidence }`, with the moments of the looks that were compared; or `{ missing, unaffordable,
   * mayPass }`,
   * why there was none. Never rejects. Where it is urgent it does not give way to the app, so that it comes to an end on a machine that
   * has more work than it can do.
   */
  async look({ isUrgent }) {
    this.#spent.looks.push(performance.now())
    try {
      if (await this.#isRefused()) return { missing: 'beforeCapture refused' }
      if (this.isOfAnotherTime) this.forget()
      this.#until = Infinity
      const at = performance.now()
      const before = await Promise.all(this.#censuses.map(async ({ census }) => String(await gunzip(census))))
      const options = { ...FOLD, ...this.#capture, priority: isUrgent ? 'normal' : 'low', census: true }
      const { census, growth, capture, evidence } = await look(options, before.length > 0 ? before : undefined)
      // A walk and V8's snapshot do not list V8's own structures alike: what differs between them is no growth.
      const isSame = this.#by === undefined || this.#by === evidence
      this.#by = evidence
      const all = [...(isSame ? this.#censuses : []), { at, census: await gzip(JSON.stringify(census)) }]
      this.#censuses = all.slice(-KEPT)
      return { growth: isSame ? growth : undefined, times: all.map(({ at }) => at), capture, evidence }
    } catch (error) {
      return { missing: reasonOf(error), unaffordable: error?.code === 'ERR_LEAKGUARD_HEADROOM', mayPass: PASSING.has(error?.code) }
    }
  }

  /**
   * Where a snapshot cannot be afforded, objects can be counted all the same: `{ evidence, looks, classes, capture }`, with the constructors
   * that grew over this count and those before. Nothing of that where they cannot be counted. Never rejects.
   */
  async count() {
    this.#spent.counts.push(performance.now())
    try {
      const { capture, ...counted } = await countObjects({ ...this.#capture, top: COUNTED })
      this.#counts = [...this.#counts, counted].slice(-KEPT)
      const { looks, classes } = lightGrowth(this.#counts, { top: TOLD, minCount: FOLD.minCount })
      return { evidence: 'light-census', looks, classes, capture }
    } catch {
      return {}
    }
  }

  /** Forgets the last look: what it showed is a step of what the next one will. The one before is compared with it, too. */
  forgetLast() {
    if (this.#censuses.length > 1) this.#censuses.pop()
  }

  /** It is calm: of the looks the last one is remembered, for some time. */
  rest() {
    this.#censuses = this.#censuses.slice(-1)
    this.#counts = this.#counts.slice(-1)
    this.#until = performance.now() + REMEMBERED_MS
  }

  /** Forgets earlier looks. */
  forget() {
    this.#censuses = []
    this.#counts = []
  }

  /** Keeps a snapshot of the leak, where the caller wants that: `{ capture }`, `{ missing }` or nothing. Never rejects. */
  async keep() {
    const { snapshotDir, keep, redact } = this.#options
    if (snapshotDir === undefined || keep === 0) return {}
    try {
      if (await this.#isRefused()) return { missing: 'beforeCapture refused' }
      await fs.promises.mkdir(snapshotDir, { recursive: true, mode: 0o700 })
      const time = new Date().toISOString().replaceAll(':', '-')
      const path = join(snapshotDir, `leakguard-leak-${time}-${process.pid}.heapsnapshot`)
      const capture = await snapshotTo(path, { ...this.#capture, redact })
      // The names sort by time.
      const old = (await fs.promises.readdir(snapshotDir)).filter((name) => NAME.test(name)).sort().slice(0, -keep)
      for (const name of old) await fs.promises.rm(join(snapshotDir, name), { force: true })
      return { capture }
    } catch (error) {
      return { missing: reasonOf(error) }
    }
  }

  /** One pod of many may look, say: the others tell the trend. */
  async #isRefused() {
    return (await this.#options.beforeCapture?.({ kind: 'leak' })) === false
  }

  get #capture() {
    const { mode, maxPause } = this.#options
    return { mode, maxPause, signal: this.#ended.signal, busy: 'wait', priority: 'low', force: false, keepsAlive: false }
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

module.exports = { Evidence }
