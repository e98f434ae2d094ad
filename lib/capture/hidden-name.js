'use strict'

const fs = require('node:fs')
const { createHash, randomBytes } = require('node:crypto')
const { hostname } = require('node:os')
const { join } = require('node:path')

/** `.<name>.leakguard-<system>-<pid>-<random>.tmp`: whose file it is can be told when its process was killed. */
const FORM = /^\..*\.leakguard-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}\.tmp$/s
/** A file of another system, whose processes cannot be asked for, is left alone for so long. */
const FOREIGN_MS = 24 * 3600e3

/** A name for a file that is not yet whole. */
function hiddenName(name) {
  return `.${name.slice(0, 180)}.leakguard-${system()}-${process.pid}-${randomBytes(8).toString('hex')}.tmp`
}

/** Removes from a folder what killed processes left there. Never throws: the next capture matters more. */
function sweep(folder) {
  for (const name of listed(folder)) {
    const [, whose, pid] = FORM.exec(name) ?? []
    if (whose === undefined) continue
    const path = join(folder, name)
    try {
      const gone = whose === system() ? !isAlive(Number(pid)) : Date.now() - fs.lstatSync(path).mtimeMs > FOREIGN_MS
      if (gone) fs.unlinkSync(path)
    } catch {
      // Another process was faster, or it is not ours to remove.
    }
  }
}

function listed(folder) {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
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

module.exports = { hiddenName, sweep }
