'use strict'

const { constants } = require('node:fs')
const { open } = require('node:fs/promises')
const { resolve } = require('node:path')
const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')
const { wrong, shown } = require('../options.js')
const { isPath, pathOf } = require('../path.js')
const { endingText } = require('./ending.js')

/** The largest that a recorder makes, and some. */
const MOST_BYTES = 20 * 1024 * 1024

/**
 * What a flight recorder's file tells: its runs, what was recorded of each, and how each ended.
 *
 * The file that was put aside for this one, `<path>.1`, is read with it. The file may be one that is being written to.
 */
async function postmortem(path) {
  if (!isPath(path)) throw wrong(`the path must be a path or a file: URL, got ${shown(path)}`)
  const file = resolve(pathOf(path, 'path'))
  const { bytes, writing } = await contentOf(file)
  const aside = `${file}.1`
  const earlier = await contentOf(aside).catch(() => undefined)
  const { report, failure } = native().readRecording(bytes, earlier?.bytes, writing === true)
  if (failure) throw new LeakguardError(failure.code, `${file}: ${failure.message}`, { byte: failure.byte })
  const { runs, ...rest } = JSON.parse(report)
  for (const run of runs) run.ending.text = endingText(run)
  return { path: file, ...(earlier ? { earlier: aside } : {}), ...(writing === undefined ? {} : { writing }), ...rest, runs }
}

/** A regular file's bytes, and whether somebody writes to it; nothing else is opened to wait for it. */
async function contentOf(path) {
  let file
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stats = await file.stat()
    if (!stats.isFile()) throw new LeakguardError('ERR_LEAKGUARD_IO', `cannot read ${path}: it is no regular file`)
    if (stats.size > MOST_BYTES) {
      throw new LeakguardError('ERR_LEAKGUARD_PARSE', `${path} is too large for a file of leakguard's flight recorder`, { byte: 0 })
    }
    const writing = native().isRecorderWritten(file.fd) ?? undefined
    return { bytes: await file.readFile(), writing }
  } catch (cause) {
    if (cause instanceof LeakguardError) throw cause
    throw new LeakguardError('ERR_LEAKGUARD_IO', `cannot read ${path}: ${cause.message}`, { cause })
  } finally {
    await file?.close()
  }
}

module.exports = { postmortem }
