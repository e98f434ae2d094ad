'use strict'

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { OWNER, ownerMark, isLeft } = require('./capture/owner.js')

const FORM = new RegExp(`^leakguard-(?:run|view)-${OWNER}-`)

/**
 * A folder that only this user can look into, for as long as a command works: `{ path, remove() }`. What commands left that were killed goes when
 * the next one begins. `kind` is `run` or `view`.
 */
function temporaryFolder(kind) {
  sweep(tmpdir())
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), `leakguard-${kind}-${ownerMark()}-`)))
  return { path, remove: () => remove(path) }
}

function sweep(folder) {
  for (const name of fs.readdirSync(folder)) {
    const [, whose, pid] = FORM.exec(name) ?? []
    if (whose === undefined) continue
    const path = join(folder, name)
    try {
      const { uid } = fs.lstatSync(path)
      if (uid === (process.geteuid?.() ?? uid) && isLeft(path, whose, pid)) remove(path)
    } catch {
      // Another command was faster.
    }
  }
}

function remove(path) {
  fs.rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}

module.exports = { temporaryFolder }
