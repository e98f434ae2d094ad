'use strict'

// What the package heapdump does, for code that was written for it. Unlike the rest of leakguard, requiring this acts: it
// listens for SIGUSR2, because those who require it send that signal.

const { statSync } = require('node:fs')
const { isMainThread } = require('node:worker_threads')
const v8 = require('node:v8')
const { writeSnapshotSync } = require('../capture/snapshot.js')

/**
 * `writeSnapshot([filename][, callback])`: writes this thread's heap at once and answers whether that went well. The callback
 * is called before the return, with `(null, filename)` or with an error; without one a failure is told by `false` alone.
 */
function writeSnapshot(filename, callback) {
  if (typeof filename === 'function') {
    callback = filename
    filename = undefined
  }
  const path = typeof filename === 'string' && filename !== '' ? filename : defaultName()
  const error = failureOf(path)
  if (typeof callback === 'function') {
    if (error) callback(error)
    else callback(null, path)
  }
  return error === undefined
}

/** Writes; what goes wrong is answered, never thrown. */
function failureOf(path) {
  try {
    if (isDevice(path)) v8.writeHeapSnapshot(path)
    // heapdump asks nobody whether memory and disk will do, and its callers rely on being served.
    else writeSnapshotSync(path, { force: true })
    return undefined
  } catch (cause) {
    const code = cause.cause?.code ?? cause.code ?? cause.message
    return Object.assign(new Error(`heapdump write error ${code}`, { cause }), { code })
  }
}

/** A pipe or what `/dev/stdout` leads to is written to as it is: a file cannot appear there whole. */
function isDevice(path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats !== undefined && !stats.isFile() && !stats.isDirectory()
}

/** `heapdump-<ms>.<the rest in ns>.heapsnapshot`, of the monotonic clock, not padded. */
function defaultName() {
  const now = process.hrtime.bigint()
  return `heapdump-${now / 1_000_000n}.${now % 1_000_000n}.heapsnapshot`
}

/** Whether SIGUSR2 writes a snapshot: the last word of `NODE_HEAPDUMP_OPTIONS` that says so wins. */
function wantsSignal(options) {
  let wanted = true
  for (const option of options.split(/\s*,\s*/)) {
    if (option === 'signal') wanted = true
    else if (option === 'nosignal') wanted = false
    else if (option !== '') console.error('node-heapdump: unrecognized option:', option) // eslint-disable-line no-console -- as heapdump does
  }
  return wanted
}

// Windows has no such signal, and Node gives signals to the main thread alone. A listener does not keep the process alive.
if (wantsSignal(process.env.NODE_HEAPDUMP_OPTIONS ?? '') && process.platform !== 'win32' && isMainThread) {
  process.on('SIGUSR2', () => writeSnapshot())
}

module.exports = { writeSnapshot }
