'use strict'

const { EventEmitter } = require('node:events')
const { LeakguardError } = require('../errors.js')
const { connect } = require('./web-socket.js')

/** A session of the DevTools protocol: `ask(method, params)` resolves to the answer, `ended` when it is over; events are emitted by their name. */
class Session extends EventEmitter {
  #socket
  #asked = new Map()
  #last = 0
  #ended

  static async open(url) {
    return new Session(await connect(url))
  }

  constructor(socket) {
    super()
    this.#socket = socket
    socket.on('message', (text) => this.#receive(text))
    this.ended = new Promise((resolve) => {
      socket.on('close', (cause) => resolve(this.#end(cause)))
    })
  }

  ask(method, params = {}) {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { method, resolve, reject })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }

  #receive(text) {
    const { id, method, params, result, error } = JSON.parse(text)
    if (id === undefined) return void this.emit(method, params)
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    if (error) asked?.reject(new LeakguardError('ERR_LEAKGUARD_ATTACH', `${asked.method} failed: ${error.message}`))
    else asked?.resolve(result)
  }

  #end(cause) {
    this.#ended = new LeakguardError('ERR_LEAKGUARD_ATTACH', 'the connection to the process ended: it has ended itself, or closed its inspector', { cause })
    for (const { reject } of this.#asked.values()) reject(this.#ended)
    this.#asked.clear()
  }

  close() {
    this.#socket.close()
  }
}

module.exports = { Session }
