'use strict'

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { program } = require('./child.js')
const { folderFor } = require('./folder.js')

/**
 * The heap of a small program that holds 20,000 objects in a variable named `leakedArray`: path and bytes.
 * Taken once for the tests of a file.
 */
async function leakySnapshot(test) {
  const folder = folderFor(test)
  const path = join(folder, 'leaky.heapsnapshot')
  await program(`
    const leakedArray = []
    const leak = (index) => leakedArray.push({ date: new Date(index), url: '/product/' + index })
    for (let index = 0; index < 20_000; index++) leak(index)
    globalThis.handler = leak
    leakguard.writeSnapshotSync(${JSON.stringify(path)})`)
  return { folder, path, bytes: readFileSync(path) }
}

module.exports = { leakySnapshot }
