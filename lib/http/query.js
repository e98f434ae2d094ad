'use strict'

const { choice, duration, wrong, shown } = require('../options.js')

// The parameters of a query: each reads its text by name, and describes itself as a JSON schema.

/** On by its name alone, or by `1` or `true`. */
function flag(description) {
  const read = (name, text) => {
    if (text === undefined || text === '0' || text === 'false') return false
    if (text === '' || text === '1' || text === 'true') return true
    throw wrong(`"${name}" must be 1 or 0, got ${shown(text)}`)
  }
  return { read, description, schema: { type: 'string', enum: ['', '1', 'true', '0', 'false'] } }
}

function word(words, description, fallback) {
  return { read: choice(words, fallback), description, schema: { type: 'string', enum: words, ...(fallback && { default: fallback }) } }
}

function whole(least, most, description, fallback) {
  const read = (name, text) => {
    if (text === undefined) return fallback
    const value = Number(text)
    if (/^\d{1,15}$/.test(text) && value >= least && value <= most) return value
    throw wrong(`"${name}" must be a whole number from ${least} to ${most}, got ${shown(text)}`)
  }
  return { read, description, schema: { type: 'integer', minimum: least, maximum: most, ...(fallback !== undefined && { default: fallback }) } }
}

/** A text of so many characters at most. */
function text(description, most) {
  const read = (name, value) => {
    if (value === undefined || (value !== '' && value.length <= most)) return value
    throw wrong(`"${name}" must have 1 to ${most} characters, got ${value.length}`)
  }
  return { read, description, schema: { type: 'string', minLength: 1, maxLength: most } }
}

/** ms since 1970, whole or not. */
function moment(description) {
  const read = (name, text) => {
    if (text === undefined) return undefined
    if (/^\d{1,15}(?:\.\d{1,9})?$/.test(text)) return Number(text)
    throw wrong(`"${name}" must be ms since 1970, got ${shown(text)}`)
  }
  return { read, description, schema: { type: 'string', pattern: '^[0-9]{1,15}(\\.[0-9]{1,9})?$' } }
}

/** A duration between two. */
function time(least, most, description, fallback) {
  const ms = duration(fallback, least)
  const read = (name, text) => {
    const value = ms(name, text)
    if (value <= most) return value
    throw wrong(`"${name}" must be at most ${most} ms, got ${shown(text)}`)
  }
  return { read, description, schema: { type: 'string', pattern: '^[0-9]{1,6}([.][0-9]{1,3})?(ms|s|m|h|d)?$', default: fallback, examples: ['30s', '500ms'] } }
}

module.exports = { flag, word, whole, text, moment, time }
