'use strict'

const fs = require('node:fs')
const { randomBytes } = require('node:crypto')
const { join } = require('node:path')
const { OWNER, ownerMark, isLeft } = require('./owner.js')

/** `.<name>.leakguard-<system>-<pid>-<random>.tmp`: whose file it is can be told when its process was killed. */
const FORM = new RegExp(`^\\..*\\.leakguard-${OWNER}-[0-9a-f]{16}\\.tmp$`, 's')

/** A name for a file that is not yet whole. */
function hiddenName(name) {
  return `.${name.slice(0, 180)}.leakguard-${ownerMark()}-${randomBytes(8).toString('hex')}.tmp`
}

/** Removes from a folder what killed processes left there. Never throws: the next capture matters more. */
function sweep(folder) {
  for (const name of listed(folder)) {
    const [, whose, pid] = FORM.exec(name) ?? []
    if (whose === undefined) continue
    const path = join(folder, name)
    try {
      if (isLeft(path, whose, pid)) fs.unlinkSync(path)
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

module.exports = { hiddenName, sweep }
