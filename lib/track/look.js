'use strict'

/** An addition that an observer looks at. */
class Look {
  constructor(observer, weight, next) {
    this.observer = observer
    /** How many additions it stands for. */
    this.weight = weight
    /** The observer's weak reference to its owner, while it is sure. */
    this.ref = observer.ref
    /** Of another observer. */
    this.next = next
  }
}

/**
 * Who looks at an addition of a kind to an owner that is about to come: a `Look`, and the next ones in it; mostly `undefined`. The wrapper of an app's call is as small as it
 * can be up to here, so that the engine makes one with its caller.
 */
function looking(observers, kind, owner) {
  if (observers.length !== 1) return several(observers, kind, owner)
  const weight = observers[0].weigh(kind, owner)
  return weight === 0 ? undefined : new Look(observers[0], weight, undefined)
}

function several(observers, kind, owner) {
  let look
  for (const observer of observers) {
    const weight = observer.weigh(kind, owner)
    if (weight !== 0) look = new Look(observer, weight, look)
  }
  return look
}

module.exports = { looking }
