'use strict'

const fs = require('node:fs')
const { createHash } = require('node:crypto')
const { hostname } = require('node:os')

// Whose a file or folder is, written into its name: what a killed process left can be told from what a living one uses.

/** What is of another system, whose processes cannot be asked for, is left alone for so long. */
const FOREIGN_MS = 24 * 3600e3
/** As it stands in a name: the system, the process. */
const OWNER = '([0-9a-f]{8})-(\\d+)'

/** `<system>-<pid>` of this process. */
function ownerMark() {
  return `${system()}-${process.pid}`
}

/** Whether the process that made what is at `path` is gone. Throws where that is gone, too. */
function isLeft(path, whose, pid) {
  return whose === system() ? !isAlive(Number(pid)) : Date.now() - fs.lstatSync(path).mtimeMs > FOREIGN_MS
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

/** The host and, on Linux, its container: a process id means something within it only. */
function system() {
  let processes = ''
  try {
    processes = fs.readlinkSync('/proc/self/ns/pid')
  } catch {
    // Not Linux: the host says enough.
  }
  return createHash('sha256').update(`${hostname()} ${processes}`).digest('hex').slice(0, 8)
}

module.exports = { OWNER, ownerMark, isLeft }
