'use strict'

/** A band is left when the use falls by so much below it: a sawtooth at its edge is told once. */
const HYSTERESIS = 0.05

/** Tells when memory comes near a limit: once for each band, until it has been left again. */
class Pressure {
  #bands
  #reached = new Map()

  constructor(bands) {
    this.#bands = [...bands].sort((a, b) => a - b)
  }

  /** The bands that a reading enters: `{ limit: 'heap' | 'cgroup', band, share, used, size }`, the highest of each limit. */
  entered(reading) {
    return limitsOf(reading).flatMap(({ limit, used, size }) => {
      const share = used / size
      const before = this.#reached.get(limit) ?? 0
      const band = this.#bands.findLast((edge) => share >= edge) ?? 0
      if (band > before) {
        this.#reached.set(limit, band)
        return [{ limit, band, share, used, size }]
      }
      if (share < before - HYSTERESIS) this.#reached.set(limit, this.#bands.findLast((edge) => share >= edge) ?? 0)
      return []
    })
  }
}

/** Page cache can be taken back, so it is not used. */
function limitsOf({ heapUsed, heapLimit, cgroup }) {
  const limits = []
  if (heapLimit > 0) limits.push({ limit: 'heap', used: heapUsed, size: heapLimit })
  if (cgroup?.limit > 0) limits.push({ limit: 'cgroup', used: cgroup.limit - cgroup.headroom, size: cgroup.limit })
  return limits
}

module.exports = { Pressure }
