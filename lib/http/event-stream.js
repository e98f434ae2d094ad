'use strict'

const { SECURITY_HEADERS, send } = require('./answer.js')
const { Refusal } = require('./refusal.js')

/** So often a line goes to every client: proxies end silent connections, and dead clients show. */
const HEARTBEAT_MS = 15_000
/** A client that lets so much wait does not read. */
const MOST_WAITING = 1024 * 1024

/** Server-sent events to a limited number of clients. `occupied(bool)` is told when there is a first and no more client. */
class EventStream {
  #most
  #occupied
  #clients = new Set()
  #heartbeat

  constructor(most, occupied) {
    this.#most = most
    this.#occupied = occupied
  }

  open(req, res) {
    if (this.#clients.size >= this.#most) {
      throw new Refusal(503, `${this.#most} clients are listening already`, { code: 'ERR_LEAKGUARD_BUSY', headers: { 'Retry-After': '30' } })
    }
    // no-transform: what compresses answers would hold events back; X-Accel-Buffering: so would nginx.
    const headers = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' }
    if (req.method === 'HEAD') return send(req, res, 200, headers)
    res.writeHead(200, { ...SECURITY_HEADERS, ...headers })
    res.write('retry: 3000\n\n')
    this.#clients.add(res)
    res.once('close', () => this.#left(res))
    if (this.#clients.size > 1) return
    this.#heartbeat = setInterval(() => this.#write(':\n\n'), HEARTBEAT_MS).unref()
    this.#occupied(true)
  }

  get clients() {
    return this.#clients.size
  }

  /** Tells all clients. */
  tell(event, data) {
    if (this.#clients.size > 0) this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  #write(text) {
    for (const res of this.#clients) {
      if (res.writableLength > MOST_WAITING) res.destroy()
      else res.write(text)
    }
  }

  #left(res) {
    if (!this.#clients.delete(res) || this.#clients.size > 0) return
    clearInterval(this.#heartbeat)
    this.#occupied(false)
  }

  stop() {
    for (const res of this.#clients) {
      res.end()
      this.#left(res)
    }
  }
}

module.exports = { EventStream }
