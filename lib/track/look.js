'use strict'

/** An addition that an observer looks at. */
class Look {
  constructor(observer, weight) {
    this.observer = observer
    /** How many additions it stands for. */
    this.weight = weight
    /** The observer's weak reference to its owner, while it is sure. */
    this.ref = observer.ref
  }
}

/**
 * Who looks at an addition of a kind to an owner that is about to come: `undefined`, mostly. The wrapper of an app's call is as small as it
 * can be up to here, so that the engine makes one with its caller.
 */
function looking(observers, kind, owner) {
  if (observers.length !== 1) return several(observers, kind, owner)
  const weight = observers[0].weigh(kind, owner)
  return weight === 0 ? undefined : one(observers[0], weight)
}

function one(observer, weight) {
  return [new Look(observer, weight)]
}

function several(observers, kind, owner) {
  const looks = observers.map((observer) => new Look(observer, observer.weigh(kind, owner))).filter(({ weight }) => weight !== 0)
  return looks.length === 0 ? undefined : looks
}

/** `has(look, place)` takes each look with the place that calls `above`, the wrapper that calls this. It never throws: the app is in the middle of its call. */
function noted(looks, above, has) {
  for (const look of looks) {
    try {
      has(look, look.observer.places.at(above))
    } catch {
      // No stack is left: it was added all the same.
    }
  }
}

module.exports = { looking, noted }
