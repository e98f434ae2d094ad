'use strict'

const { subscribe, unsubscribe } = require('node:diagnostics_channel')

/** What Node itself tells when it makes something: no function of its is touched. The same interface as a `Hook`. */
class Channel {
  #name
  #told
  #observers = []
  #listener = (message) => {
    try {
      for (const observer of this.#observers) this.#told(observer, message)
    } catch {
      // Node would make it an uncaught exception of the app's.
    }
  }

  constructor(name, told) {
    this.#name = name
    this.#told = told
  }

  add(observer) {
    this.#observers.push(observer)
    if (this.#observers.length === 1) subscribe(this.#name, this.#listener)
  }

  remove(observer) {
    this.#observers = this.#observers.filter((other) => other !== observer)
    if (this.#observers.length === 0) unsubscribe(this.#name, this.#listener)
  }
}

module.exports = { Channel }
