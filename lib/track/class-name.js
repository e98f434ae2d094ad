'use strict'

const { isProxy } = require('node:util').types

const names = new WeakMap()

/** The name of an object's class, without running anything of the app's. */
function classNameOf(object) {
  if (isProxy(object)) return 'Proxy'
  const prototype = Object.getPrototypeOf(object)
  if (prototype === null) return 'Object'
  let name = names.get(prototype)
  if (name === undefined) names.set(prototype, (name = found(prototype)))
  return name
}

function found(prototype) {
  // An object can stand in for a prototype many times over, but not forever.
  for (let at = prototype, steps = 0; at !== null && !isProxy(at) && steps < 100; at = Object.getPrototypeOf(at), steps++) {
    const constructor = Object.getOwnPropertyDescriptor(at, 'constructor')?.value
    if (typeof constructor !== 'function' || isProxy(constructor)) continue
    const name = Object.getOwnPropertyDescriptor(constructor, 'name')?.value
    if (typeof name === 'string' && name !== '') return name.slice(0, 100)
  }
  return 'Object'
}

module.exports = { classNameOf }
