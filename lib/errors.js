'use strict'

// An instance is told by its brand, not by its class: under Jest, and where two copies of this module live in one
// process, there are several classes of this name.
const brand = Symbol.for('leakguard.error')

/**
 * Every failure that this module reports.
 *
 * - `code`: `ERR_LEAKGUARD_…`, stable across releases, and the first word of `message`
 * - `cause`: the system's or the caller's own error, where there is one (`cause.code` is `ENOENT`, `ENOSPC`, …)
 * - `failure`: of a twin, what became of it: `died`, `killed`, …
 * - `byte`: where in the (decompressed) snapshot it happened, where it has a place
 * - `need`, `headroom`, `limit`: with `ERR_LEAKGUARD_HEADROOM`, bytes, bytes, and whose limit it is
 */
class LeakguardError extends Error {
  constructor(code, message, { cause, ...details } = {}) {
    super(`${code}: ${message}`, cause === undefined ? undefined : { cause })
    this.code = code
    for (const [name, value] of Object.entries(details)) if (value !== undefined) this[name] = value
  }

  static [Symbol.hasInstance](value) {
    return value?.[brand] === true
  }
}

Object.defineProperties(LeakguardError.prototype, {
  name: { value: 'LeakguardError', configurable: true, writable: true },
  [brand]: { value: true },
})

/** The caller's signal was aborted: `what` was cancelled. */
function cancelled(what, signal) {
  return new LeakguardError('ERR_LEAKGUARD_CANCELLED', `the ${what} was cancelled`, { cause: signal?.reason })
}

module.exports = { LeakguardError, cancelled }
