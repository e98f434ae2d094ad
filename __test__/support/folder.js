'use strict'

const { mkdtempSync, realpathSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

/** A folder that is gone after the test. */
function folderFor(test) {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'leakguard-test-')))
  test.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

module.exports = { folderFor }
