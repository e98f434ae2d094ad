'use strict'

const { native } = require('../native.js')
const { kept, placeOf } = require('./place.js')

/** The wrapper that the app calls, and `at`, which the wrapper calls itself: the fewer, the sooner the addon knows a stack by its links. */
const OWN = 2
/** V8 has frames of its own between two calls: of a constructor, a built-in function, a way into JavaScript. */
const EACH = 4
const MOST_FRAMES = 128
/** Stacks that are remembered. */
const MOST = 4096

const FARTHER = { frame: undefined }

/**
 * Where the app calls a wrapper. The stack is read by `Error` once for each that is new, which takes microseconds; then it is known by its number, as long
 * as the addon gives it the same one.
 */
class Places {
  #depth
  #near
  #far
  #known = new Map()

  constructor(depth) {
    this.#depth = depth
    this.#near = reader(OWN + 1)
    const farther = OWN + EACH * depth
    if (farther <= MOST_FRAMES) this.#far = reader(farther)
  }

  /** The place that calls `above`, the wrapper that calls this: as `placeOf` has it, and `undefined` for what leakguard does itself. */
  at(above) {
    try {
      const near = this.#near?.() ?? 0
      if (near === 0) return placeOf(this.#depth, above).frame
      let number = near
      let known = this.#known.get(near)
      if (known === FARTHER && this.#far !== undefined) known = this.#known.get((number = this.#far()))
      if (known !== undefined && known !== FARTHER) return known.frame
      return this.#read(number, near, above)
    } catch {
      return undefined // such as no stack left: the app's own call goes on
    }
  }

  #read(number, near, above) {
    const { frame, isCaller, isAsync } = placeOf(this.#depth, above)
    if (this.#known.size >= MOST) this.#known.clear()
    const place = { frame: frame && kept(frame) }
    if (isCaller) this.#known.set(near, place)
    else {
      this.#known.set(near, FARTHER)
      // What a call waits for is on no stack.
      if (number !== near && number !== 0 && !isAsync) this.#known.set(number, place)
    }
    return place.frame
  }
}

/** A reader of so many frames; `undefined`: there is no addon here. */
function reader(frames) {
  try {
    return native().stackReader(frames)
  } catch {
    return undefined
  }
}

module.exports = { Places }
