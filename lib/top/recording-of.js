'use strict'

const fs = require('node:fs')
const { join } = require('node:path')
const { LeakguardError } = require('../errors.js')

/** The first bytes of a flight recorder's file: `crates/core/src/recorder/layout.rs`. */
const MAGIC = Buffer.from('LGFLIGHT')

/**
 * The file to which a process's flight recorder writes, found among the files that it has open. Throws
 * ERR_LEAKGUARD_IO where there is no such process or it is another user's, _UNSUPPORTED where it records nothing, or not on Linux.
 */
function recordingOf(pid) {
  if (process.platform !== 'linux') throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', "a process's recording is found on Linux only; name the file instead")
  const folder = `/proc/${pid}/fd`
  let descriptors
  try {
    descriptors = fs.readdirSync(folder)
  } catch (cause) {
    const why = { ENOENT: 'there is no such process', EACCES: "it is another user's process", EPERM: "it is another user's process" }[cause.code] ?? cause.message
    throw new LeakguardError('ERR_LEAKGUARD_IO', `cannot look at process ${pid}: ${why}`, { cause })
  }
  for (const descriptor of descriptors) {
    const path = recordingAt(join(folder, descriptor))
    if (path !== undefined) return path
  }
  throw new LeakguardError(
    'ERR_LEAKGUARD_UNSUPPORTED',
    `process ${pid} writes no recording; start it with LEAKGUARD_RECORDER=app.rec node --import leakguard/register …, or look at it with leakguard snapshot ${pid}`,
  )
}

/** The file's path, if it is a regular one that begins like a recording; nothing else is opened. */
function recordingAt(link) {
  try {
    if (!fs.statSync(link).isFile()) return undefined
    const file = fs.openSync(link, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
    try {
      const start = Buffer.alloc(MAGIC.length)
      fs.readSync(file, start, 0, start.length, 0)
      return start.equals(MAGIC) ? fs.readlinkSync(link) : undefined
    } finally {
      fs.closeSync(file)
    }
  } catch {
    return undefined // closed meanwhile, or not ours to read
  }
}

module.exports = { recordingOf }
