'use strict'

const { resolve } = require('node:path')
const { memoryUsage, nextTick } = require('node:process')
const { performance } = require('node:perf_hooks')
const { setImmediate: nextTurn } = require('node:timers/promises')
const { LeakguardError, cancelled } = require('../errors.js')
const { validate, boolean, abortSignal, wrong, shown } = require('../options.js')
const { isPath, pathOf } = require('../path.js')
const { defaultPath } = require('./default-path.js')
const { writeInline } = require('./inline.js')
const { PendingFile, flushFolder, flushFolderSync } = require('./pending-file.js')

const SYNC_RULES = { exposeInternals: boolean(false), exposeNumericValues: boolean(false) }
const RULES = { ...SYNC_RULES, signal: abortSignal }

/** The last capture of this thread: the next one waits for it. */
let last = Promise.resolve()

/**
 * `writeSnapshot([path][, options][, callback])`: writes this thread's heap to a file.
 * Resolves to a Capture, or calls back `(error, path, capture)` once, on a later turn.
 */
function writeSnapshot(...given) {
  const callback = typeof given.at(-1) === 'function' ? given.pop() : undefined
  const capture = queued(given)
  if (!callback) return capture
  // Out of the promise, so that what the callback throws is the app's uncaught exception and no rejection.
  capture.then(
    (result) => nextTick(callback, null, result.path, result),
    (error) => nextTick(callback, error),
  )
}

async function queued(given) {
  const { path, options } = argumentsOf(given, RULES)
  const turn = last.then(() => capture(path, options))
  last = turn.catch(() => undefined)
  return turn
}

async function capture(path, options) {
  await nextTurn() // what the app has under way goes out before the pause
  proceed(options)
  const start = performance.now()
  let file
  try {
    file = new PendingFile(path)
    const pauseMs = writeInline(file, options)
    await file.flush()
    proceed(options)
    const bytes = file.publish()
    await flushFolder(path)
    return { path, bytes, mode: 'inline', pauseMs, durationMs: performance.now() - start }
  } catch (error) {
    file?.discard()
    throw coded(error, path)
  }
}

/** `writeSnapshotSync([path][, options])`: the same, with the thread waiting for the disk too. */
function writeSnapshotSync(...given) {
  const { path, options } = argumentsOf(given, SYNC_RULES)
  const start = performance.now()
  let file
  try {
    file = new PendingFile(path)
    writeInline(file, options)
    file.flushSync()
    const bytes = file.publish()
    flushFolderSync(path)
    const durationMs = performance.now() - start
    return { path, bytes, mode: 'inline', pauseMs: durationMs, durationMs }
  } catch (error) {
    file?.discard()
    throw coded(error, path)
  }
}

function argumentsOf(given, rules) {
  const path = given[0] === undefined || given[0] === null || isPath(given[0]) ? given.shift() : undefined
  if (given.length > 1) throw wrong(`after the path come options and a callback, got ${given.map(shown).join(', ')}`)
  return { path: absolute(path), options: validate(given[0], rules) }
}

function absolute(path) {
  const named = isPath(path) ? pathOf(path, 'path') : undefined
  try {
    return named === undefined ? defaultPath() : resolve(named)
  } catch (error) {
    throw coded(error, named ?? 'a snapshot') // the working directory was removed
  }
}

function proceed({ signal }) {
  if (signal?.aborted) throw cancelled('capture', signal)
}

/** The system's error with what to do about it. */
function coded(cause, path) {
  if (cause instanceof LeakguardError) return cause
  const advice = {
    ENOENT: 'its folder does not exist; create it first',
    ENOTDIR: 'its folder is a file',
    EACCES: 'this process may not write there; choose another folder',
    EPERM: 'this process may not write there; choose another folder',
    EROFS: 'the file system is read-only; choose another folder',
    ENOSPC: `the disk is full; a snapshot takes up to twice the used heap, now ${megabytes()}; free space or choose another disk`,
    EDQUOT: `the quota is used up; a snapshot takes up to twice the used heap, now ${megabytes()}`,
  }[cause?.code]
  const message = `cannot write ${path}: ${advice ?? cause?.message ?? cause}`
  return new LeakguardError('ERR_LEAKGUARD_IO', message, { cause })
}

function megabytes() {
  return `${Math.ceil(memoryUsage().heapUsed / 1e6)} MB`
}

module.exports = { writeSnapshot, writeSnapshotSync }
