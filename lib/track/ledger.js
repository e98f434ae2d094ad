'use strict'

/** Entries at most; what comes then is counted and not followed. */
const MOST = 100_000
/**
 * What was added and may still be there. Nothing tells when a listener is gone or a timer has fired: each entry is asked, by
 * what it holds weakly, some at every addition and all of them for a report. So there is no hook where things end, and no way of
 * ending that could be missed.
 */
class Ledger {
  #entries = []
  #cursor = 0
  /** Additions that found it full. */
  untracked = 0

  get isFull() {
    return this.#entries.length >= MOST
  }

  add(entry) {
    this.#entries.push(entry)
    entry.site.live += entry.weight
  }

  /** Asks the next ones, at most so many. Of an owner that is at hand, what `ref` refers to: asking what is held weakly costs. */
  look(count, ref, owner) {
    const entries = this.#entries
    for (let left = Math.min(count, entries.length); left > 0; left--) {
      if (this.#cursor >= entries.length) this.#cursor = 0
      const entry = entries[this.#cursor]
      if (entry.isLive(ref, owner)) this.#cursor++
      else this.#drop(entry)
    }
  }

  #drop(entry) {
    ended(entry)
    const last = this.#entries.pop()
    if (last !== entry) this.#entries[this.#cursor] = last
  }

  /** Keeps those that are in `living`. */
  keep(living) {
    for (const entry of this.#entries) if (!living.has(entry)) ended(entry)
    this.#entries = this.#entries.filter((entry) => living.has(entry))
    this.#cursor = 0
  }

  entries() {
    return this.#entries
  }
}

function ended(entry) {
  entry.site.live -= entry.weight
  entry.ended?.()
}

module.exports = { Ledger }
