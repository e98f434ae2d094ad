'use strict'

const { basename } = require('node:path')
const { examine } = require('../examine.js')
const { reportOf } = require('../job.js')

/** Rows of each table of the report: the page has more of all but these. */
const TOP = 100

/** A snapshot that is looked at: read once, then asked. Its heap is in native memory; what comes out is a page of rows, as JSON. */
class HeapFile {
  #path
  #readScripts
  #view
  #report
  #about

  constructor(path, { readScripts }) {
    this.#path = path
    this.#readScripts = readScripts
    this.#about = { name: basename(path), path, state: 'waiting' }
  }

  /** What is known of it: `state` (`waiting`, `reading`, `ready`, `failed`), how far it is read, its size, why it failed. */
  get about() {
    return this.#about
  }

  get isReady() {
    return this.#about.state === 'ready'
  }

  /** Reads it; a failure is told by `about`, too. */
  async read({ signal, onProgress }) {
    const tell = (progress) => {
      this.#know({ state: 'reading', ...progress })
      onProgress?.(progress)
    }
    try {
      const { view, ...report } = await examine(this.#path, { options: { top: TOP }, view: true }, { signal, onProgress: tell, readScripts: this.#readScripts })
      this.#view = view
      this.#report = JSON.stringify(report)
      const { totalSize, nodeCount, edgeCount, classCount, node } = report
      this.#know({ state: 'ready', totalSize, nodeCount, edgeCount, classCount, node })
    } catch (error) {
      this.#know({ state: 'failed', message: error.message })
      throw error
    }
  }

  #know(facts) {
    const { name, path } = this.#about
    this.#about = { name, path, ...facts }
  }

  /** What `analyze` says of it, as JSON. */
  get report() {
    return this.#report
  }

  /** The answer to a question (crates/core/src/analysis/view/question.rs), as JSON; `null`: there is no such object or class. */
  ask(question, signal) {
    return reportOf(this.#view.ask(JSON.stringify(question)), { what: 'question', signal })
  }

  /** What changed since an earlier one, as JSON. */
  diff(before, top, signal) {
    return reportOf(this.#view.diff(before.#view, top), { what: 'comparison', signal })
  }
}

module.exports = { HeapFile }
