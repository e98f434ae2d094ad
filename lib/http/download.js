'use strict'

const { Writable } = require('node:stream')
const { SECURITY_HEADERS } = require('./answer.js')

/** A reader that takes nothing for so long is gone: a twin waits for it, and holds memory meanwhile. */
const STALL_MS = 30_000

/**
 * A snapshot on its way into an answer. The head goes with the first bytes: until then a failure can be told as one. An answer
 * that ends early is cut off, so that nobody takes a part for the whole.
 */
class Download extends Writable {
  #res
  #headers
  #stall
  #closed = () => this.destroy(new Error('the client went away'))

  constructor(res, headers) {
    super({ highWaterMark: 256 * 1024 })
    this.#res = res
    this.#headers = headers
    res.on('close', this.#closed)
    this.on('error', () => undefined) // whoever writes gets it as a rejection
    if (res.destroyed) this.#closed()
  }

  _write(chunk, _encoding, callback) {
    if (!this.#res.headersSent) this.#res.writeHead(200, { ...SECURITY_HEADERS, ...this.#headers })
    if (this.#res.write(chunk)) return callback()
    this.#stall = setTimeout(() => this.destroy(new Error(`the client took nothing for ${STALL_MS / 1000} s`)), STALL_MS).unref()
    this.#res.once('drain', () => {
      clearTimeout(this.#stall)
      callback()
    })
  }

  _final(callback) {
    this.#res.off('close', this.#closed)
    this.#res.end()
    callback()
  }

  _destroy(error, callback) {
    clearTimeout(this.#stall)
    this.#res.off('close', this.#closed)
    if (error && this.#res.headersSent) this.#res.destroy()
    callback(error)
  }
}

/** What makes a browser save it, by this name. */
function savedAs(name) {
  const type = name.endsWith('.gz') ? 'application/gzip' : name.endsWith('.zst') ? 'application/zstd' : 'application/octet-stream'
  return { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"`, 'Accept-Ranges': 'none' }
}

module.exports = { Download, savedAs }
