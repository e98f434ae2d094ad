'use strict'

const { Socket } = require('node:net')
const { pipeline, finished } = require('node:stream/promises')
const { LeakguardError } = require('../errors.js')

/**
 * A snapshot as a stream: the twin's bytes come through a pipe and are passed on at the reader's pace. The stream is ended
 * when all of them were, and destroyed where they were not: nobody takes a part for the whole.
 */
class StreamTarget {
  #writable
  #passed = 0
  #pumped
  #broken

  constructor(writable, { compress, redact }) {
    this.#writable = writable
    this.sink = { kind: 'pipe', compress, redact }
  }

  get untouched() {
    return this.#passed === 0
  }

  attached(job) {
    const source = new Socket({ fd: job.takePipe(), readable: true, writable: false })
    source.on('data', (chunk) => (this.#passed += chunk.length)).pause()
    this.#pumped = pipeline(source, this.#writable, { end: false })
    this.#pumped.catch((cause) => {
      this.#broken ??= broken(cause)
      job.cancel()
    })
  }

  async done({ report }) {
    await this.#pumped
    this.#writable.end()
    await finished(this.#writable, { readable: false }).catch((cause) => {
      throw broken(cause)
    })
    return { bytes: this.#passed, ...(report && { redaction: JSON.parse(report) }) }
  }

  failed(error) {
    const reported = this.#broken ?? error
    this.#writable.destroy(reported)
    return reported
  }
}

function broken(cause) {
  return new LeakguardError('ERR_LEAKGUARD_IO', `the stream failed: ${cause?.message ?? cause}`, { cause })
}

module.exports = { StreamTarget }
