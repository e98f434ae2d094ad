'use strict'

/** The same leak is told again when it has grown by half. */
const AGAIN = 1.5

/** The leaks that were told, by fingerprint, each with how much had grown then. */
class Told {
  #leaks = new Map()

  get isEmpty() {
    return this.#leaks.size === 0
  }

  /**
   * Before the heap is looked at only the kind is known; and memory is one, whichever kind it is told as: buffers are memory outside of the
   * heap that objects in it hold, and a leak of them can be judged as one or the other.
   */
  isNews(verdict) {
    const { fingerprint } = verdict
    const known = fingerprint === undefined ? [...this.#leaks.values()].filter(({ family }) => family === familyOf(verdict)) : [this.#leaks.get(fingerprint)]
    return known.every((leak) => leak === undefined || growthOf(verdict) >= leak.growth * AGAIN)
  }

  /** A leak is told under this verdict. */
  add(fingerprint, verdict) {
    this.#leaks.set(fingerprint, { family: familyOf(verdict), growth: growthOf(verdict) })
  }

  delete(fingerprint) {
    this.#leaks.delete(fingerprint)
  }

  clear() {
    this.#leaks.clear()
  }
}

/** Verdicts of one family can be of one leak. A place is no other's. */
function familyOf({ kind, resource, sites }) {
  if (kind !== 'resources') return 'memory'
  return sites === undefined ? resource : 'site'
}

function growthOf({ growthCount, growthBytes }) {
  return growthCount ?? growthBytes
}

module.exports = { Told }
