'use strict'

const { Writable } = require('node:stream')
const { SECURITY_HEADERS } = require('./answer.js')

/**
 * A snapshot on its way into an answer. The head goes with the first bytes: until then a failure can be told as one. An answer
 * that ends early is cut off, so that nobody takes a part for the whole; so is a reader that takes nothing for `stall` ms, for
 * whom a twin or an open file waits. `took` is told the bytes so far.
 */
class Download extends Writable {
  #res
  #headers
  #status
  #stall
  #took
  #bytes = 0
  #timer
  #closed = () => this.destroy(new Error('the client went away'))

  constructor(res, headers, { stall, status = 200, took }) {
    super({ highWaterMark: 256 * 1024 })
    this.#res = res
    this.#headers = headers
    this.#status = status
    this.#stall = stall
    this.#took = took
    res.on('close', this.#closed)
    this.on('error', () => undefined) // whoever writes gets it as a rejection
    if (res.destroyed) this.#closed()
  }

  _write(chunk, _encoding, callback) {
    this.#begin()
    this.#bytes += chunk.length
    this.#took?.(this.#bytes)
    if (this.#res.write(chunk)) return callback()
    this.#awaitReader()
    this.#res.once('drain', () => {
      clearTimeout(this.#timer)
      callback()
    })
  }

  /** What was written last is in the process still: it ends when the system has it. */
  _final(callback) {
    this.#begin()
    this.#awaitReader()
    this.#res.end(() => {
      this.#release()
      callback()
    })
  }

  _destroy(error, callback) {
    this.#release()
    if (error && this.#res.headersSent) this.#res.destroy()
    callback(error)
  }

  #begin() {
    if (!this.#res.headersSent) this.#res.writeHead(this.#status, { ...SECURITY_HEADERS, ...this.#headers })
  }

  #awaitReader() {
    this.#timer = setTimeout(() => this.destroy(new Error(`the client took nothing for ${this.#stall} ms`)), this.#stall).unref()
  }

  #release() {
    clearTimeout(this.#timer)
    this.#res.off('close', this.#closed)
  }
}

/** What makes a browser save it, by this name. Only a file of the folder can be had in parts. */
function savedAs(name) {
  const type = name.endsWith('.gz') ? 'application/gzip' : name.endsWith('.zst') ? 'application/zstd' : 'application/octet-stream'
  return { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"`, 'Accept-Ranges': 'none' }
}

module.exports = { Download, savedAs }
