'use strict'

const { EventEmitter } = require('node:events')
const { isProxy } = require('node:util').types
const { boolean, validate } = require('../options.js')
const { classNameOf } = require('./class-name.js')
const { Hook, call } = require('./hook.js')
const { looking } = require('./look.js')
const { Tracker, RULES } = require('./tracker.js')

const { apply } = Reflect

// Where Node keeps the listeners of a target: its lists have what no public function tells without a copy of them all.
const kEvents = Object.getOwnPropertySymbols(new EventTarget()).find(({ description }) => description === 'kEvents')

// `once` and `prependOnceListener` come through these two.
const emitters = new Hook([
  { object: EventEmitter.prototype, name: 'on', wrap: onEmitter },
  { object: EventEmitter.prototype, name: 'addListener', wrap: onEmitter },
  { object: EventEmitter.prototype, name: 'prependListener', wrap: onEmitter },
])
const targets = new Hook([{ object: EventTarget.prototype, name: 'addEventListener', wrap: onTarget }])

function onEmitter(original, observers) {
  return function addListener(type, listener) {
    // Before it is there: a listener that was here and is gone looks like one that is, when it comes again.
    const first = looking(observers, type, this)
    const result = arguments.length === 2 ? call(original, this, type, listener) : apply(original, this, arguments)
    if (first === undefined) return result
    try {
      for (let look = first; look !== undefined; look = look.next) {
        look.observer.emitterHas(this, type, listener, look, look.observer.places.at(addListener))
      }
    } catch {
      // No stack is left: it was added all the same.
    }
    return result
  }
}

function onTarget(original, observers) {
  // A method: it is no constructor, as the original is none.
  const method = {
    addEventListener(type, listener, options) {
      const first = looking(observers, type, this)
      const before = first === undefined ? undefined : sizeOf(this, type)
      const count = arguments.length
      const result = count === 2 ? call(original, this, type, listener) : count === 3 ? call(original, this, type, listener, options) : apply(original, this, arguments)
      // The same listener a second time is not added, nor is one with an aborted signal.
      if (first === undefined) return result
      try {
        const isAdded = sizeOf(this, type) > before
        for (let look = first; look !== undefined; look = look.next) {
          if (!isAdded) look.observer.missed(type, look.weight)
          else look.observer.targetHas(this, type, look, look.observer.places.at(method.addEventListener))
        }
      } catch {
        // It was added all the same.
      }
      return result
    },
  }
  return method.addEventListener
}

/** The name of an event. An object that stands for one is not kept, and its text is made by the app. */
function eventOf(type) {
  return typeof type === 'object' || typeof type === 'function' ? '(object)' : type
}

/** `undefined` where it cannot be said, such as for a Proxy with a trap that throws: then nothing is counted. */
function sizeOf(target, type) {
  try {
    return target?.[kEvents]?.get(type)?.size ?? 0
  } catch {
    return undefined
  }
}

/** The listeners of emitters and targets, by the place that adds them. */
class Listeners extends Tracker {
  detailName = 'event'
  /** The last one, weakly, and what it is: listeners of one often come in a row. */
  #owner
  #type
  #isProxy

  constructor({ emitters: ofEmitters, eventTargets, ...options }) {
    super('listeners', [ofEmitters && emitters, eventTargets && kEvents && targets].filter(Boolean), options)
  }

  emitterHas(emitter, type, listener, { weight, ref }, place) {
    // What listens to new listeners can have added others since.
    if (ref === undefined || ref !== this.#owner) this.turnTo(emitter)
    const event = eventOf(type)
    const entry = (site, weight, at) => {
      if (this.#isProxy || event !== type) return new OnProxy(this.#owner, event, new WeakRef(listener), 0, site, weight, at)
      const list = emitter._events?.[type]
      const hint = Array.isArray(list) ? list.lastIndexOf(listener) : 0
      return new OnEmitter(this.#owner, type, new WeakRef(listener), hint, site, weight, at)
    }
    this.added(weight, type, this.#type, event, entry, place)
  }

  targetHas(target, type, { weight, ref }, place) {
    // It was appended. What Node adds weakly, to pass a signal on, holds nothing.
    const node = lastOf(target, type)
    if (node === undefined || node.weak) return
    if (ref === undefined || ref !== this.#owner) this.turnTo(target)
    this.added(weight, type, this.#type, eventOf(type), (site, weight, at) => new OnTarget(this.#owner, new WeakRef(node), site, weight, at), place)
  }

  turnTo(owner) {
    if (this.#owner?.deref() === owner) return this.#owner
    // Where the stack ends in between, it is the one before still.
    const [type, isItProxy, weak] = [classNameOf(owner), isProxy(owner), new WeakRef(owner)]
    this.#type = type
    this.#isProxy = isItProxy
    return (this.#owner = weak)
  }

  reported(ledger, top) {
    const owners = new Map()
    for (const entry of ledger.entries()) {
      const owner = entry.owner.deref()
      if (owner === undefined) continue
      const entries = owners.get(owner)
      if (entries === undefined) owners.set(owner, [entry])
      else entries.push(entry)
    }
    const living = new Set()
    const loaded = []
    for (const [owner, entries] of owners) {
      for (const entry of livingOf(owner, entries)) living.add(entry)
      const events = eventsOf(owner)
      const listeners = Object.values(events).reduce((sum, count) => sum + count, 0)
      if (listeners > 0) loaded.push({ type: classNameOf(owner), listeners, events })
    }
    ledger.keep(living)
    return { emitters: loaded.sort((a, b) => b.listeners - a.listeners).slice(0, top) }
  }
}

/** A listener of an EventEmitter. */
class OnEmitter {
  constructor(owner, event, listener, hint, site, weight, at) {
    this.owner = owner
    this.event = event
    this.listener = listener
    this.hint = hint
    this.site = site
    this.weight = weight
    this.at = at
  }

  isLive(ref, owner) {
    const list = (this.owner === ref ? owner : this.owner.deref())?._events?.[this.event]
    // Asking what is held weakly costs.
    if (list === undefined) return false
    const listener = this.listener.deref()
    if (listener === undefined) return false
    if (!Array.isArray(list)) return list === listener
    // Removals move it down, and only what is prepended up.
    return list.lastIndexOf(listener, this.hint) >= 0 || list.includes(listener)
  }
}

/** A listener of a Proxy, whose traps are the app's, or of an event that is an object: it counts while both are there. */
class OnProxy extends OnEmitter {
  isLive() {
    return this.owner.deref() !== undefined && this.listener.deref() !== undefined
  }
}

/** A listener of an EventTarget: Node's own note of it knows whether it was removed, by whatever way. */
class OnTarget {
  constructor(owner, node, site, weight, at) {
    this.owner = owner
    this.node = node
    this.site = site
    this.weight = weight
    this.at = at
  }

  isLive(ref) {
    return (this.owner === ref || this.owner.deref() !== undefined) && this.node.deref()?.removed === false
  }
}

/** All at once: each list is read one time, and what was added twice and removed once is there once. */
function livingOf(owner, entries) {
  if (entries.length < 2 || isProxy(owner)) return entries.filter((entry) => entry.isLive())
  const lists = new Map()
  return entries.filter((entry) => {
    if (!(entry instanceof OnEmitter)) return entry.isLive()
    let left = lists.get(entry.event)
    if (left === undefined) lists.set(entry.event, (left = countsOf(owner._events?.[entry.event])))
    const listener = entry.listener.deref()
    const count = left.get(listener) ?? 0
    left.set(listener, count - 1)
    return listener !== undefined && count > 0
  })
}

function countsOf(list) {
  const counts = new Map()
  for (const listener of Array.isArray(list) ? list : [list]) counts.set(listener, (counts.get(listener) ?? 0) + 1)
  return counts
}

/** How many listeners an owner has, by event: those of before the tracking too. */
function eventsOf(owner) {
  const events = {}
  if (isProxy(owner)) return events
  const add = (type, count) => (events[String(type).slice(0, 100)] = count)
  const lists = owner[kEvents]
  if (lists instanceof Map) for (const [type, { size }] of lists) if (size > 0) add(type, size)
  const own = lists === undefined ? owner._events : undefined
  if (own) for (const type of Reflect.ownKeys(own)) if (own[type] !== undefined) add(type, Array.isArray(own[type]) ? own[type].length : 1)
  return events
}

function lastOf(target, type) {
  let node = target[kEvents].get(type)?.next
  while (node?.next !== undefined) node = node.next
  return node
}

const LISTENERS = { emitters: boolean(true), eventTargets: boolean(true), ...RULES }

/** Counts listeners by the place that adds them, until it is stopped. */
function trackListeners(options) {
  return new Listeners(validate(options, LISTENERS))
}

module.exports = { trackListeners, Listeners, LISTENERS }
