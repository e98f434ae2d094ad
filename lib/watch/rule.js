'use strict'

const { wrong, shown } = require('../options.js')

/** The rule for an option that takes a watchdog, of this copy of the module or another. */
function watchdogRule(name, value) {
  if (value === undefined || (typeof value?.on === 'function' && typeof value.samples === 'function')) return value
  throw wrong(`"${name}" must be what leakguard.watch() gives, got ${shown(value)}`)
}

module.exports = { watchdogRule }
