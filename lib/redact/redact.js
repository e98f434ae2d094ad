'use strict'

const { statSync } = require('node:fs')
const { resolve } = require('node:path')
const { LeakguardError } = require('../errors.js')
const { PendingFile, flushFolder } = require('../capture/pending-file.js')
const { coded } = require('../capture/write-error.js')
const { validate, abortSignal, callback, wrong, shown } = require('../options.js')
const { isPath, pathOf } = require('../path.js')
const { redacted } = require('./job.js')
const { REDACT_RULES, redactSettings } = require('./settings.js')

const RULES = { ...REDACT_RULES, signal: abortSignal, onProgress: callback }

/**
 * `redact(source, target, options)`: a heap snapshot without the values of its strings. Both are a path, a `file:` URL or a stream;
 * a file is whole or not there. Resolves to a Redaction.
 */
async function redact(source, target, given) {
  const options = validate(given, RULES)
  const settings = redactSettings(options)
  const from = isPath(source) ? resolve(pathOf(source, 'source')) : source
  if (typeof from !== 'string' && typeof from?.[Symbol.asyncIterator] !== 'function') {
    throw wrong(`the source must be a path or a readable stream, got ${shown(source)}`)
  }
  if (isPath(target)) {
    const path = resolve(pathOf(target, 'target'))
    if (areOne(from, path)) throw wrong('the target must be another file than the source: what is redacted cannot be had back')
    return intoFile(from, path, settings, options)
  }
  if (typeof target?.write === 'function' && typeof target.end === 'function' && typeof target.on === 'function') {
    return redacted(from, [target], settings, options)
  }
  throw wrong(`the target must be a path or a writable stream, got ${shown(target)}`)
}

/** Are the source and the target of a redaction one file? */
function areOne(source, target) {
  if (typeof source !== 'string') return false
  try {
    const [one, other] = [source, target].map((path) => statSync(path, { bigint: true }))
    return one.dev === other.dev && one.ino === other.ino
  } catch {
    return false // one of them is not there: who opens it says why
  }
}

async function intoFile(source, path, settings, options) {
  let file
  try {
    file = new PendingFile(path)
    const redaction = await redacted(source, file.writable, settings, options)
    await file.flush()
    const bytes = file.publish()
    await flushFolder(path)
    return { path, bytes, ...redaction }
  } catch (error) {
    file?.discard()
    throw isOfSource(error) ? error : coded(error, path)
  }
}

function isOfSource(error) {
  return error instanceof LeakguardError && ['open', 'read'].includes(error.cause?.syscall)
}

module.exports = { redact }
