'use strict'

const { createHash, randomBytes } = require('node:crypto')
const { EventEmitter } = require('node:events')
const http = require('node:http')

// As much of RFC 6455 as the inspector speaks: Node 20 has no WebSocket of its own.

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const TEXT = 1
const CLOSE = 8
const PING = 9
const PONG = 10
/** A message of more would not fit into a string. */
const MOST_BYTES = 2 ** 29
const ANSWERS_MS = 5000

/** Emits `message` with each text, and `close` once, with an error where there is one. */
class WebSocket extends EventEmitter {
  #socket
  /** What has come and is no whole frame yet, how much it is, and how much is needed to go on. */
  #rest = []
  #size = 0
  #needed = 2
  #parts = []
  #closed = false

  constructor(socket, head) {
    super()
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end())
    // When whoever connected has had the time to listen.
    if (head.length > 0) socket.unshift(head)
    setImmediate(() => socket.on('data', (bytes) => this.#receive(bytes)))
  }

  send(text) {
    this.#write(TEXT, Buffer.from(text))
  }

  close() {
    if (this.#closed) return
    this.#write(CLOSE, Buffer.alloc(0))
    this.#socket.end()
  }

  /** Frames of a client are masked. */
  #write(kind, payload) {
    if (this.#closed || this.#socket.destroyed) return
    const mask = randomBytes(4)
    const length = payload.length < 126 ? Buffer.from([0x80 | payload.length]) : payload.length < 65_536 ? Buffer.from([0x80 | 126, payload.length >> 8, payload.length & 255]) : long(payload.length)
    const masked = Buffer.allocUnsafe(payload.length)
    for (let at = 0; at < payload.length; at++) masked[at] = payload[at] ^ mask[at & 3]
    this.#socket.write(Buffer.concat([Buffer.from([0x80 | kind]), length, mask, masked]))
  }

  #receive(bytes) {
    this.#rest.push(bytes)
    this.#size += bytes.length
    // Joined once a frame, not once a packet.
    if (this.#size < this.#needed) return
    let all = this.#rest.length === 1 ? bytes : Buffer.concat(this.#rest)
    let frame
    while ((frame = frameOf(all)) !== undefined && frame.end <= all.length) {
      this.#handle(frame, all.subarray(frame.start, frame.end))
      all = all.subarray(frame.end)
    }
    if (frame?.end > MOST_BYTES) return void this.#socket.destroy(new Error('a message is too long'))
    this.#rest = [all]
    this.#size = all.length
    this.#needed = frame?.end ?? all.length + 1
  }

  #handle({ kind, isLast }, payload) {
    if (kind === PING) return this.#write(PONG, payload)
    if (kind === CLOSE) return this.#socket.end()
    if (kind === PONG) return
    this.#parts.push(Buffer.from(payload))
    if (!isLast) return
    const text = (this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts)).toString()
    this.#parts = []
    this.emit('message', text)
  }

  #end(error) {
    if (this.#closed) return
    this.#closed = true
    this.emit('close', error)
  }
}

function long(length) {
  const bytes = Buffer.alloc(9)
  bytes[0] = 0x80 | 127
  bytes.writeBigUInt64BE(BigInt(length), 1)
  return bytes
}

/** `{ kind, isLast, start, end }` of the first frame, in bytes; undefined where its head is not whole. */
function frameOf(bytes) {
  if (bytes.length < 2) return undefined
  const short = bytes[1] & 127
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < start) return undefined
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  return { kind: bytes[0] & 15, isLast: bytes[0] >= 128, start, end: start + length }
}

/** Connects to a `ws:` address. */
function connect(url) {
  const { hostname, port, pathname, search } = new URL(url)
  const key = randomBytes(16).toString('base64')
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13' }
  return new Promise((resolve, reject) => {
    const request = http.get({ host: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search, headers, agent: false })
    request.setTimeout(ANSWERS_MS, () => request.destroy(new Error('it does not answer')))
    request.on('error', reject)
    request.on('response', (response) => {
      response.resume()
      reject(new Error(`it answered ${response.statusCode}`))
    })
    request.on('upgrade', (response, socket, head) => {
      socket.setTimeout(0)
      const expected = createHash('sha1').update(key + GUID).digest('base64')
      if (response.headers['sec-websocket-accept'] === expected) return resolve(new WebSocket(socket, head))
      socket.destroy()
      reject(new Error('it does not speak WebSocket'))
    })
  })
}

module.exports = { connect }
