'use strict'

const { PendingFile, flushFolder } = require('./pending-file.js')
const { coded } = require('./write-error.js')

/** A snapshot as a file: the twin writes and flushes it, its name is given here. */
class FileTarget {
  #file
  untouched = true // the twin empties the file first

  constructor(path, { compress, redact }) {
    this.path = path
    try {
      this.#file = new PendingFile(path)
    } catch (error) {
      throw coded(error, path)
    }
    this.sink = { kind: 'file', fd: this.#file.descriptor, compress, redact }
  }

  attached() {}

  async done({ report }) {
    const bytes = this.#file.publish()
    await flushFolder(this.path)
    return { path: this.path, bytes, ...(report && { redaction: JSON.parse(report) }) }
  }

  failed(error) {
    this.#file.discard()
    return coded(error, this.path)
  }
}

module.exports = { FileTarget }
