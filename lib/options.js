'use strict'

const { inspect } = require('node:util')
const { LeakguardError } = require('./errors.js')

const DURATIONS = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }
/** The longest that a timer of Node waits. */
const LONGEST = 2 ** 31 - 1
const UNITS = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 }

/**
 * Options are validated once, at the edge, by name: `rules` maps each known name to a rule, a function of the value's
 * name and the value (`undefined` where it was left out) that answers the value to use or throws.
 */
function validate(options, rules, where = 'options') {
  if (options === undefined || options === null) options = {}
  if (typeof options !== 'object') throw wrong(`${where} must be an object, got ${shown(options)}`)
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(rules, name)) {
      throw wrong(`"${name}" is not known in ${where}, which has ${Object.keys(rules).join(', ')}`)
    }
  }
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, rule(name, options[name])]))
}

/** A whole number from `least` to `most`. */
function integer(least, most, fallback) {
  return (name, value = fallback) => {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value
    throw wrong(`"${name}" must be a whole number from ${least} to ${most}, got ${shown(value)}`)
  }
}

/** A share from 0 to 1. */
function share(fallback) {
  return (name, value = fallback) => {
    if (value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)) return value
    throw wrong(`"${name}" must be a number from 0 to 1, got ${shown(value)}`)
  }
}

/** Bytes: a number, or a text such as `'10MB'` (kB, MB, GB: powers of 1,000; KiB, MiB, GiB: powers of 1,024). */
function size(fallback) {
  return (name, value = fallback) => {
    const bytes = typeof value === 'string' ? bytesOf(value) : value
    if (bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0)) return bytes
    throw wrong(`"${name}" must be bytes or a text such as '10MB', got ${shown(value)}`)
  }
}

function bytesOf(text) {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?i?b)?\s*$/i.exec(text) ?? []
  return number === undefined ? NaN : Math.round(Number(number) * UNITS[(unit ?? 'b').toLowerCase()])
}

/** A duration in ms: a number, or a text such as `'30s'` (ms, s, m, h, d). */
function duration(fallback, least = 0) {
  return (name, value = fallback) => {
    const ms = typeof value === 'string' ? msOf(value) : value
    if (ms === undefined) return ms
    if (typeof ms !== 'number' || !Number.isFinite(ms)) {
      throw wrong(`"${name}" must be ms or a text such as '30s', got ${shown(value)}`)
    }
    if (ms < least) throw wrong(`"${name}" must be at least ${least} ms, got ${shown(value)}`)
    return ms
  }
}

/** How often a timer comes, in ms: what Node's timers cannot wait for, they would not wait for at all. */
function interval(fallback, least = 10) {
  return (name, value) => {
    const ms = duration(fallback, least)(name, value)
    if (ms <= LONGEST) return ms
    throw wrong(`"${name}" must be at most ${LONGEST} ms, got ${shown(value)}`)
  }
}

function msOf(text) {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*$/i.exec(text) ?? []
  return number === undefined ? NaN : Number(number) * DURATIONS[(unit ?? 'ms').toLowerCase()]
}

/** One of some words. */
function choice(words, fallback) {
  return (name, value = fallback) => {
    if (value === undefined || words.includes(value)) return value
    throw wrong(`"${name}" must be ${words.map((word) => `'${word}'`).join(' or ')}, got ${shown(value)}`)
  }
}

function boolean(fallback) {
  return (name, value = fallback) => {
    if (value === undefined || typeof value === 'boolean') return value
    throw wrong(`"${name}" must be true or false, got ${shown(value)}`)
  }
}

function callback(name, value) {
  if (value === undefined || typeof value === 'function') return value
  throw wrong(`"${name}" must be a function, got ${shown(value)}`)
}

/** An AbortSignal of any realm. */
function abortSignal(name, value) {
  if (value === undefined || typeof value?.aborted === 'boolean') return value
  throw wrong(`"${name}" must be an AbortSignal, got ${shown(value)}`)
}

/** An object with rules of its own. */
function group(rules) {
  return (name, value) => validate(value, rules, `"${name}"`)
}

function wrong(message) {
  return new LeakguardError('ERR_LEAKGUARD_OPTION', message)
}

function shown(value) {
  const text = inspect(value, { depth: 0, maxStringLength: 60 })
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

module.exports = { validate, integer, share, size, duration, interval, choice, boolean, callback, abortSignal, group, wrong, shown }
