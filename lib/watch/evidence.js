'use strict'

const fs = require('node:fs')
const { join, resolve } = require('node:path')
const { performance } = require('node:perf_hooks')
const { analyze } = require('../analyze.js')
const { census } = require('../capture/census.js')
const { writeSnapshot } = require('../capture/snapshot.js')

const HOUR = 3600e3
const NAME = /^leakguard-leak-.*\.heapsnapshot$/

/**
 * A look at the heap when the trend says that it leaks: `{ evidence, suspects, capture? }`. A capture costs memory and
 * processor time, so there are only so many an hour; those that the machine cannot afford are left out. Never throws: an
 * accusation without a name is better than none, and says why it has none.
 */
class Evidence {
  #options
  #looks = []
  #ended = new AbortController()

  constructor({ snapshotDir, keep, looksPerHour, mode, maxPause }) {
    this.#options = { snapshotDir: snapshotDir && resolve(snapshotDir), keep, looksPerHour, mode, maxPause }
  }

  async gather() {
    const { snapshotDir, looksPerHour, mode, maxPause } = this.#options
    const now = performance.now()
    this.#looks = this.#looks.filter((at) => now - at < HOUR)
    if (this.#looks.length >= looksPerHour) return { evidence: 'trend', suspects: [], missing: `${looksPerHour} looks an hour are used up` }
    this.#looks.push(now)
    const options = { mode, maxPause, signal: this.#ended.signal, busy: 'wait' }
    try {
      if (snapshotDir === undefined) {
        const { suspects, capture } = await census({ ...options, top: 10 })
        return { evidence: 'snapshot', suspects, capture }
      }
      const capture = await this.#snapshot(options)
      const { suspects } = await analyze(capture.path, { top: 10, signal: this.#ended.signal })
      return { evidence: 'snapshot', suspects, capture }
    } catch (error) {
      return this.#less(error, options)
    }
  }

  /** Where a snapshot cannot be afforded, objects can be counted all the same. */
  async #less(error, options) {
    const none = { evidence: 'trend', suspects: [], missing: error.message }
    if (error.code !== 'ERR_LEAKGUARD_HEADROOM') return none
    try {
      const { classes, capture } = await census({ ...options, kind: 'light', top: 20 })
      return { ...none, evidence: 'light-census', classes, capture }
    } catch {
      return none
    }
  }

  async #snapshot(options) {
    const { snapshotDir, keep } = this.#options
    await fs.promises.mkdir(snapshotDir, { recursive: true, mode: 0o700 })
    const time = new Date().toISOString().replaceAll(':', '-')
    const capture = await writeSnapshot(join(snapshotDir, `leakguard-leak-${time}-${process.pid}.heapsnapshot`), options)
    // The names sort by time.
    const old = (await fs.promises.readdir(snapshotDir)).filter((name) => NAME.test(name)).sort().slice(0, -keep)
    for (const name of old) await fs.promises.rm(join(snapshotDir, name), { force: true })
    return capture
  }

  stop() {
    this.#ended.abort()
  }
}

module.exports = { Evidence }
