'use strict'

const { spawnSync } = require('node:child_process')
const { mkdirSync } = require('node:fs')
const { join } = require('node:path')
const { folderFor } = require('./folder.js')

/** A file system of its own in memory, with mount `options`; `undefined`, and the test skipped, where mounting is not allowed. */
function mounted(test, options) {
  let path = ''
  test.after(() => spawnSync('umount', ['-l', path])) // before the folder is removed: hooks run in this order
  path = join(folderFor(test), 'mount')
  mkdirSync(path)
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { encoding: 'utf8' })
  if (status !== 0) return void test.skip(`cannot mount a tmpfs: ${error?.message ?? stderr}`)
  return path
}

/** Changes the options of a mounted one, to `ro` for example. */
function remount(path, options) {
  const { status, stderr } = spawnSync('mount', ['-o', `remount,${options}`, path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

module.exports = { mounted, remount }
