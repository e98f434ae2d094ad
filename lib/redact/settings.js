'use strict'

const { createHash, randomBytes } = require('node:crypto')
const { boolean, validate, wrong, shown } = require('../options.js')

const REDACT_RULES = { strict: boolean(false), audit: boolean(false), salt }

/** A text or bytes of at least eight: whoever has it can test guesses, so it should be as secret as what it hides. */
function salt(name, value) {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  if (bytes === undefined || (ArrayBuffer.isView(bytes) && bytes.byteLength >= 8)) return bytes
  throw wrong(`"${name}" must be a text or bytes, of 8 bytes at least, got ${shown(value)}`)
}

/** As the core takes them: a salt of 16 bytes, which is random where none was given. */
function redactSettings({ strict, audit, salt: given }) {
  const key = given === undefined ? randomBytes(16) : createHash('sha256').update(given).digest().subarray(0, 16)
  return { strict, audit, salt: [...key] }
}

/** The option `redact` of a capture: `true`, or an object of options. */
function redactOption(name, value) {
  if (value === undefined || value === false) return undefined
  return redactSettings(validate(value === true ? {} : value, REDACT_RULES, `"${name}"`))
}

module.exports = { REDACT_RULES, redactSettings, redactOption }
