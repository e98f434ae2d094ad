'use strict'

const timers = require('node:timers')
const promises = require('node:timers/promises')
const { inspect } = require('node:util')
const { validate } = require('../options.js')
const { Hook, call } = require('./hook.js')
const { looking } = require('./look.js')
const { Tracker, RULES } = require('./tracker.js')

const { apply } = Reflect

const hook = new Hook(
  [
    ...['setTimeout', 'setInterval', 'setImmediate'].flatMap((name) => [
      { object: globalThis, name, wrap: setting(name, isPending) },
      { object: timers, name, wrap: setting(name, isPending) },
    ]),
    { object: promises, name: 'setTimeout', wrap: setting('setTimeout', isWaiting, 0) },
    { object: promises, name: 'setImmediate', wrap: setting('setImmediate', isWaiting, 0) },
    // It ends with its iterator, and nothing but the collector tells when.
    { object: promises, name: 'setInterval', wrap: setting('setInterval', () => true, 0) },
  ],
  { isModule: true },
)

/** Wraps a function that sets a timer, whose delay is its argument of this index. */
function setting(name, isLive, at = 1) {
  return (original, observers) =>
    function set(first, second) {
      const given = at === 0 ? first : second
      const kind = kindOf(name, given)
      const looked = looking(observers, kind)
      // Mostly a function and a delay.
      const timer = arguments.length === 2 ? call(original, this, first, second) : apply(original, this, arguments)
      if (looked === undefined) return timer
      try {
        for (let look = looked; look !== undefined; look = look.next) {
          look.observer.has(timer, name, given, kind, look, isLive, look.observer.places.at(set))
        }
      } catch {
        // Such as a delay that is no number, of which the promise tells: the timer is the app's all the same.
      }
      return timer
    }
}

/** What is counted apart: a delay as it was given, and what has none. */
function kindOf(name, given) {
  if (name === 'setImmediate') return name
  if (typeof given === 'number') return Math.trunc(given)
  return typeof given === 'string' ? given : name
}

/** As Node reads it; what would run the app's code is not asked. */
function delayOf(given) {
  const delay = typeof given === 'object' || typeof given === 'function' ? 1 : Number(given)
  return delay >= 1 && delay <= 0x7fffffff ? Math.trunc(delay) : 1
}

/** A Timeout or an Immediate: Node's own mark is set when it is cleared, by whatever way, or has fired. */
function isPending(timer) {
  return timer._destroyed === false
}

/** A promise tells only whoever waits for it, or is looked at. */
function isWaiting(promise) {
  return inspect(promise, { depth: 0, showProxy: false, customInspect: false }).includes('<pending>')
}

/** Timers by the place that sets them. */
class Timers extends Tracker {
  detailName = 'delay'

  constructor(options) {
    super('timers', [hook], options)
  }

  has(timer, type, given, kind, { weight }, isLive, place) {
    const delay = type === 'setImmediate' ? undefined : delayOf(given)
    const entry = (site, weight, at) => new SetTimer(new WeakRef(timer), isLive, site, weight, at)
    this.added(weight, kind, type, delay, entry, place)
  }

  shownMore({ cleared, fired, type }) {
    return { repeat: type === 'setInterval', cleared, fired }
  }
}

class SetTimer {
  constructor(timer, check, site, weight, at) {
    this.timer = timer
    this.check = check
    this.site = site
    this.weight = weight
    this.at = at
  }

  isLive() {
    const timer = this.timer.deref()
    return timer !== undefined && this.check(timer)
  }

  /** How it ended, unless it was collected before somebody looked. */
  ended() {
    const timer = this.timer.deref()
    if (timer?._destroyed !== true) return
    // Node takes the delay from what is cleared. Of immediates it keeps no such mark.
    if (timer._idleTimeout === -1) this.site.cleared += this.weight
    else if (timer._idleTimeout >= 0) this.site.fired += this.weight
  }
}

/** Counts timers by the place that sets them, until it is stopped. */
function trackTimers(options) {
  return new Timers(validate(options, RULES))
}

module.exports = { trackTimers, Timers }
