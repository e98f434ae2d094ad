'use strict'

/** Work for clients: so many at a time, in the order they came, and none for a client that is gone. */
class Queue {
  #most
  #busy = 0
  #waiting = []

  constructor(most) {
    this.#most = most
  }

  /** Does `work(signal)` and answers its result. The signal is aborted when the client goes away. */
  async serve(res, work) {
    const gone = new AbortController()
    const leave = () => gone.abort(new Error('the client went away'))
    res.once('close', leave)
    if (this.#busy >= this.#most) await new Promise((resolve) => this.#waiting.push(resolve))
    else this.#busy++
    try {
      return await work(gone.signal)
    } finally {
      res.off('close', leave)
      // Whoever waits takes the place.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#busy--
    }
  }
}

module.exports = { Queue }
