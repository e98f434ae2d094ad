'use strict'

const { writeFile } = require('node:fs/promises')
const { setTimeout: sleep } = require('node:timers/promises')
const { performance } = require('node:perf_hooks')
const { dirname, resolve, sep } = require('node:path')
const { flushFolder, PendingFile } = require('../capture/pending-file.js')
const { coded } = require('../capture/write-error.js')
const { LeakguardError, cancelled } = require('../errors.js')
const { validate, abortSignal, boolean, choice, duration, integer, size, wrong, shown } = require('../options.js')
const { isPath, pathOf } = require('../path.js')
const { mappedByNode } = require('../source-map.js')
const { joinSampling } = require('./sampling.js')
const { look } = require('./look.js')

const START_RULES = { interval: bytes, depth: integer(1, 128, 32) }
const REPORT_RULES = {
  top: integer(1, 100_000, 50),
  export: boolean(false),
  file,
  mode: choice(['auto', 'twin', 'inline'], 'auto'),
  priority: choice(['low', 'normal'], 'low'),
  busy: choice(['wait', 'reject'], 'wait'),
  force: boolean(false),
  signal: abortSignal,
}
const RULES = { ...START_RULES, ...REPORT_RULES, duration: duration('10s') }

/** More marks than these are told of one look in two. */
const LOOKS = 16
const LOOK_MS = 50
/** This package, whose own allocations are no sites of the app's. */
const OWN = dirname(__dirname) + sep

function bytes(name, value) {
  const given = size(128 * 1024)(name, value)
  if (given >= 1024 && given < 2 ** 31) return given
  throw wrong(`"${name}" must be from 1 KiB to 2 GiB, got ${shown(value)}`)
}

function file(name, value) {
  if (value === undefined) return undefined
  if (!isPath(value)) throw wrong(`"${name}" must be a path, got ${shown(value)}`)
  const path = resolve(pathOf(value, name))
  if (formatOf(path)) return path
  throw wrong(`"${name}" must end in .heapprofile (for DevTools) or .pb.gz (for pprof), got ${shown(value)}`)
}

function formatOf(path) {
  return path.endsWith('.heapprofile') ? 'heapprofile' : path.endsWith('.pb.gz') ? 'pprof' : undefined
}

/**
 * Samples this thread's allocations until it is stopped: one in `interval` bytes is remembered with its stack for as long as it
 * lives. `report` says what is alive, by the function that allocated it.
 */
class HeapProfiler {
  #sampling
  #looks = []
  #marks = []
  #lives = new Map()

  constructor(options) {
    this.#sampling = joinSampling(options)
  }

  get running() {
    return this.#sampling !== undefined
  }

  /** Resolves to a HeapProfile; each is a look to which the next one's `survived` refers. */
  async report(given) {
    return this.look(validate(given, REPORT_RULES))
  }

  /** The same with options that are valid already; with `keepsAlive: false` among them it keeps no process alive. */
  async look({ top, export: exported, file: path, ...options }) {
    if (!this.running) throw new LeakguardError('ERR_LEAKGUARD_OPTION', 'the heap profile was stopped; start another one')
    const time = Date.now()
    const { interval, at } = this.#sampling
    const marks = [...this.#marks]
    const settings = { marks, top, interval, time, durationMs: time - at, own: OWN, export: exported || path !== undefined }
    let seen
    try {
      seen = await look(settings, options)
    } catch (error) {
      if (error.restarted) this.#forget()
      throw error
    }
    const { report, ...capture } = seen
    const looks = [...this.#looks]
    const sites = report.sites.map((site) => this.#site(site, time, looks))
    this.#remember(time, report.mark, sites)
    const pprof = report.pprof && Buffer.from(report.pprof, 'base64')
    if (path !== undefined) await written(path, formatOf(path) === 'pprof' ? pprof : report.heapprofile)
    const { live, samples, siteCount } = report
    const profile = { time, since: at, interval, live, samples, looks, sites, siteCount, ...capture }
    return exported ? { ...profile, heapprofile: report.heapprofile, pprof } : profile
  }

  #site({ function: name, file: path, line, column, live, samples, survived, stack }, time, looks) {
    const [place, ...frames] = mappedByNode([{ function: name, file: path, line, column }, ...stack])
    const stays = survived.at(-1) ?? 0
    const before = this.#lives.get(keyOf(place)) ?? stays
    const oldest = survived.findIndex((bytes) => bytes > 0)
    return {
      type: 'allocation',
      ...place,
      live,
      added: live - stays,
      removed: Math.max(0, before - stays),
      oldestMs: oldest < 0 ? 0 : time - looks[oldest],
      survived,
      samples,
      stack: frames,
    }
  }

  #remember(time, mark, sites) {
    if (this.#looks.length === LOOKS) {
      // The first and the last say most.
      const kept = (_, index) => index % 2 === 0
      this.#looks = this.#looks.filter(kept)
      this.#marks = this.#marks.filter(kept)
    }
    this.#looks.push(time)
    this.#marks.push(mark)
    this.#lives = new Map(sites.map((site) => [keyOf(site), site.live]))
  }

  #forget() {
    this.#looks = []
    this.#marks = []
    this.#lives.clear()
  }

  /** Ends it; V8 forgets all samples unless another profile of ours runs. Doing so again does nothing. */
  stop() {
    this.#sampling?.release()
    this.#sampling = undefined
    this.#forget()
  }

  [Symbol.dispose]() {
    this.stop()
  }
}

function keyOf({ function: name, file: path, line, column }) {
  return `${name} ${path}:${line}:${column}`
}

async function written(path, content) {
  let pending
  try {
    pending = new PendingFile(path)
    await writeFile(pending.writable, content)
    await pending.flush()
    pending.publish()
    await flushFolder(path)
  } catch (error) {
    pending?.discard()
    throw coded(error, path)
  }
}

/** Begins to sample: `{ report(options), stop() }`. */
function startHeapProfile(options) {
  return new HeapProfiler(validate(options, START_RULES))
}

/** Samples for `duration`, and resolves to what is alive then of what was allocated meanwhile. */
async function heapProfile(options) {
  const { interval, depth, duration: ms, ...rest } = validate(options, RULES)
  const profiler = new HeapProfiler({ interval, depth })
  try {
    const end = performance.now() + ms
    for (let left; (left = end - performance.now()) > 0; ) {
      if (rest.signal?.aborted) throw cancelled('heap profile', rest.signal)
      await sleep(rest.signal ? Math.min(left, LOOK_MS) : left)
    }
    return await profiler.look(rest)
  } finally {
    profiler.stop()
  }
}

module.exports = { heapProfile, startHeapProfile }
