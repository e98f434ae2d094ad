'use strict'

const fs = require('node:fs')
const v8 = require('node:v8')
const zlib = require('node:zlib')
const { join } = require('node:path')
const { performance } = require('node:perf_hooks')
const { pipeline } = require('node:stream/promises')
const { LeakguardError, cancelled } = require('../errors.js')
const { redacted } = require('../redact/job.js')
const { PendingFile, flushFolder, flushFolderSync } = require('./pending-file.js')
const { prepareScriptPositions } = require('./script-positions.js')
const { coded } = require('./write-error.js')

/**
 * Writes this thread's heap into a pending file and answers for how long the thread stood still, in ms.
 *
 * `v8.writeHeapSnapshot`, not the stream of `v8.getHeapSnapshot`: V8 builds the whole graph before the stream's first
 * byte, and Node then serialises all of it in one go, so the stream does not shorten the pause. Measured with 66 MB of
 * used heap, write against stream: Node 20 paused 6.6 s against 5.8 s and peaked at 869 against 894 MB; Node 24 paused 3.3 s
 * against 4.6 s and peaked at 772 against 849 MB.
 */
function writeInline(file, { exposeInternals, exposeNumericValues }) {
  const start = performance.now()
  prepareScriptPositions()
  v8.writeHeapSnapshot(file.writable, { exposeInternals, exposeNumericValues })
  return performance.now() - start
}

/** The snapshot as a file, whole or not at all. */
async function inlineToFile(path, options) {
  if (options.compress || options.redact) return inlinePassed(path, options)
  let file
  try {
    file = new PendingFile(path)
    const pauseMs = writeInline(file, options)
    await file.flush()
    proceed(options)
    const bytes = file.publish()
    await flushFolder(path)
    return { result: { path, bytes }, pauseMs, rawBytes: bytes }
  } catch (error) {
    file?.discard()
    throw coded(error, path)
  }
}

/** Over a passing file: redacted, compressed, or both. */
async function inlinePassed(path, options) {
  const compressor = options.compress ? [compressorFor(options)] : []
  let file
  try {
    file = new PendingFile(path)
    const figures = await inlineFromScratch(file.folder, options, (scratch) => {
      const target = fs.createWriteStream(file.writable, { flags: 'r+' })
      return passed(scratch, [...compressor, target], options)
    })
    await file.flush()
    proceed(options)
    const bytes = file.publish()
    await flushFolder(path)
    return { ...figures, result: { path, bytes, ...figures.result } }
  } catch (error) {
    file?.discard()
    throw coded(error, path)
  }
}

/** A file through streams, redacted on the way where that was asked for: answers `{ redaction }` then. */
async function passed(path, streams, { redact, signal }) {
  if (redact) return { redaction: await redacted(path, streams, redact, { signal }) }
  await pipeline(fs.createReadStream(path), ...streams)
  return {}
}

/** The snapshot into a stream: over a passing file, because V8 does not wait for the reader. */
async function inlineToStream(writable, folder, options) {
  const compressor = options.compress ? [compressorFor(options)] : []
  let bytes = 0
  const counted = async function* (source) {
    for await (const chunk of source) {
      proceed(options)
      bytes += chunk.length
      yield chunk
    }
  }
  try {
    const figures = await inlineFromScratch(folder, options, (scratch) => {
      return passed(scratch, [...compressor, counted, writable], options)
    })
    return { ...figures, result: { bytes, ...figures.result } }
  } catch (error) {
    const reported = coded(error, 'the stream')
    writable.destroy(reported)
    throw reported
  }
}

/** Captures into a file of a folder that is gone when `use`, which gets its path, is done. */
async function inlineFromScratch(folder, options, use) {
  const scratch = new PendingFile(join(folder, 'leakguard'))
  try {
    const pauseMs = writeInline(scratch, options)
    proceed(options)
    const rawBytes = scratch.size
    return { result: await use(scratch.writable), pauseMs, rawBytes }
  } catch (error) {
    throw coded(error, folder)
  } finally {
    scratch.discard()
  }
}

/** The snapshot as a file, with the thread waiting for the disk too: a Capture. */
function inlineToFileSync(path, options) {
  const start = performance.now()
  let file
  try {
    file = new PendingFile(path)
    writeInline(file, options)
    file.flushSync()
    const bytes = file.publish()
    flushFolderSync(path)
    const durationMs = performance.now() - start
    return { path, bytes, mode: 'inline', reason: 'asked for', pauseMs: durationMs, durationMs }
  } catch (error) {
    file?.discard()
    throw coded(error, path)
  }
}

function compressorFor({ compress }) {
  const make = { gzip: zlib.createGzip, zstd: zlib.createZstdCompress }[compress]
  if (make) return make({})
  const message = `this Node has no zstd (it came with 22.15), which an inline capture needs; use gzip`
  throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', message)
}

function proceed({ signal }) {
  if (signal?.aborted) throw cancelled('capture', signal)
}

module.exports = { inlineToFile, inlineToFileSync, inlineToStream, inlineFromScratch }
