'use strict'

const { resolve, dirname } = require('node:path')
const { nextTick } = require('node:process')
const { tmpdir } = require('node:os')
const { validate, boolean, choice, wrong, shown } = require('../options.js')
const { isPath, pathOf } = require('../path.js')
const { redactOption } = require('../redact/settings.js')
const { defaultPath } = require('./default-path.js')
const { FileTarget } = require('./file-target.js')
const { inlineToFile, inlineToFileSync, inlineToStream } = require('./inline.js')
const { StreamTarget } = require('./stream-target.js')
const { take, permit, CAPTURE_RULES } = require('./take.js')
const { coded } = require('./write-error.js')

const SYNC_RULES = {
  exposeInternals: boolean(false),
  exposeNumericValues: boolean(false),
  maxPause: CAPTURE_RULES.maxPause,
  maxMemory: CAPTURE_RULES.maxMemory,
  force: CAPTURE_RULES.force,
}
const RULES = { ...SYNC_RULES, ...CAPTURE_RULES, compress: choice(['gzip', 'zstd']), redact: redactOption }

/**
 * `writeSnapshot([path | writable][, options][, callback])`: writes this thread's heap to a file or into a stream.
 * Resolves to a Capture, or calls back `(error, path, capture)` once, on a later turn.
 */
function writeSnapshot(...given) {
  const callback = typeof given.at(-1) === 'function' ? given.pop() : undefined
  const capture = written(given)
  if (!callback) return capture
  // Out of the promise, so that what the callback throws is the app's uncaught exception and no rejection.
  capture.then(
    (result) => nextTick(callback, null, result.path, result),
    (error) => nextTick(callback, error),
  )
}

async function written(given) {
  const { target, options } = argumentsOf(given, RULES)
  return snapshotTo(target, options)
}

/** The same with options that are valid already; with `keepsAlive: false` among them it keeps no process alive. */
async function snapshotTo(target, options) {
  const job = typeof target === 'string' ? fileJob(target, options) : streamJob(target, options)
  const { result, capture } = await take(job, options)
  return { ...result, ...capture }
}

function fileJob(path, options) {
  return {
    into: 'file',
    folder: dirname(path),
    twin: () => new FileTarget(path, options),
    inline: () => inlineToFile(path, options),
  }
}

function streamJob(stream, options) {
  const folder = process.env.LEAKGUARD_DIR || tmpdir()
  return {
    into: 'stream',
    folder,
    twin: () => new StreamTarget(stream, options),
    inline: () => inlineToStream(stream, folder, options),
  }
}

/** `writeSnapshotSync([path][, options])`: the same, with the thread waiting for the disk too. */
function writeSnapshotSync(...given) {
  const { target: path, options } = argumentsOf(given, SYNC_RULES)
  if (typeof path !== 'string') throw wrong('a stream cannot be written at once; use writeSnapshot')
  permit('inline', { into: 'file', folder: dirname(path) }, options)
  return inlineToFileSync(path, options)
}

function argumentsOf(given, rules) {
  const first = given[0]
  const target = first === undefined || first === null || isPath(first) || isWritable(first) ? given.shift() : undefined
  if (given.length > 1) throw wrong(`after the path come options and a callback, got ${given.map(shown).join(', ')}`)
  const options = validate(given[0], rules)
  return { target: isWritable(target) ? target : absolute(target, options), options }
}

function isWritable(value) {
  return typeof value?.write === 'function' && typeof value.end === 'function' && typeof value.on === 'function'
}

function absolute(path, { compress }) {
  const named = isPath(path) ? pathOf(path, 'path') : undefined
  try {
    return named === undefined ? defaultPath(compress) : resolve(named)
  } catch (error) {
    throw coded(error, named ?? 'a snapshot') // the working directory was removed
  }
}

module.exports = { writeSnapshot, writeSnapshotSync, snapshotTo }
