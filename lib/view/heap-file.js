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
  #outline
  #report
  #about
  /** What is told of the heap since it was parsed. */
  #facts

  constructor(path, { readScripts }) {
    this.#path = path
    this.#readScripts = readScripts
    this.#about = { name: basename(path), path, state: 'waiting' }
  }

  /** What is known of it: `state` (`waiting`, `reading`, `ready`, `failed`), how far it is read, its size as soon as it was parsed, why it failed. */
  get about() {
    return this.#about
  }

  get isReady() {
    return this.#about.state === 'ready'
  }

  /** Reads it; a failure is told by `about`, too. */
  async read({ signal, onProgress }) {
    const tell = (progress) => {
      this.#know({ state: 'reading', ...progress, ...this.#facts })
      onProgress?.(progress)
    }
    const outlined = (outline) => {
      this.#outline = outline
      this.#facts = factsOf(JSON.parse(outline))
    }
    try {
      const { view, ...report } = await examine(this.#path, { options: { top: TOP }, view: true }, { signal, onProgress: tell, onOutline: outlined, readScripts: this.#readScripts })
      this.#view = view
      this.#report = JSON.stringify(report)
      this.#know({ state: 'ready', ...factsOf(report) })
    } catch (error) {
      this.#know({ state: 'failed', message: error.message })
      throw error
    }
  }

  #know(facts) {
    const { name, path } = this.#about
    this.#about = { name, path, ...facts }
  }

  /** What is known before it is known who holds what, as JSON; undefined until it was parsed. */
  get outline() {
    return this.#outline
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

function factsOf({ totalSize, nodeCount, edgeCount, classCount, node }) {
  return { totalSize, nodeCount, edgeCount, classCount, node }
}

module.exports = { HeapFile }
