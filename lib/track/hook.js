'use strict'

const { syncBuiltinESMExports } = require('node:module')

/** As `call` is, whatever becomes of that: for wrappers, cheaper than an array of arguments. */
const call = Function.prototype.call.bind(Function.prototype.call)

/**
 * Functions of Node that tell observers when they are called, and are the same otherwise: arguments, `this`, result, exceptions,
 * name, length and properties. One wrapper a function however many observe; the originals come back with the last of them, or,
 * where somebody has wrapped ours since, ours tells nobody.
 */
class Hook {
  #targets
  #observers = []
  #isModule

  /** `targets`: `[{ object, name, wrap }]`, where `wrap(original, observers)` makes the wrapper. */
  constructor(targets, { isModule = false } = {}) {
    this.#targets = targets.map((target) => ({ ...target, first: target.object[target.name] }))
    this.#isModule = isModule
  }

  add(observer) {
    this.#observers.push(observer)
    if (this.#observers.length === 1) this.#install()
  }

  remove(observer) {
    const at = this.#observers.indexOf(observer)
    if (at < 0) return
    // The wrappers read this array: it stays the same one.
    this.#observers.splice(at, 1)
    if (this.#observers.length === 0) this.#uninstall()
  }

  #install() {
    for (const target of this.#targets) {
      const { object, name, wrap, first, original } = target
      const descriptor = Object.getOwnPropertyDescriptor(object, name)
      const now = descriptor?.value
      if (typeof now !== 'function' || !(descriptor.writable || descriptor.configurable)) continue
      // Somebody else's wrapper lies over ours, which is in there still.
      if (original !== undefined && now !== original && now !== first) continue
      // What is one function stays one: `on` and `addListener`, a global and its export.
      const same = this.#targets.find((other) => other.original === now)
      const wrapper = same?.wrapper ?? likeness(now, wrap(now, this.#observers))
      if (put(object, name, descriptor, wrapper)) Object.assign(target, { original: now, wrapper })
    }
    if (this.#isModule) syncBuiltinESMExports()
  }

  #uninstall() {
    for (const target of this.#targets) {
      const { object, name, original, wrapper } = target
      const descriptor = Object.getOwnPropertyDescriptor(object, name)
      if (wrapper === undefined || descriptor?.value !== wrapper) continue
      if (put(object, name, descriptor, original)) Object.assign(target, { original: undefined, wrapper: undefined })
    }
    if (this.#isModule) syncBuiltinESMExports()
  }
}

function put(object, name, descriptor, value) {
  return Reflect.defineProperty(object, name, { ...descriptor, value })
}

/** All that can be asked about a function, but for its text. */
function likeness(original, wrapper) {
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'prototype') wrapper.prototype = original.prototype
    else Reflect.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(original, key))
  }
  return wrapper
}

module.exports = { Hook, call }
