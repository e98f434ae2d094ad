'use strict'

const { closeSync, openSync, readSync, statSync } = require('node:fs')

/** `{ bytes, size }` of a regular file, its first `count` bytes and how many it has; undefined where there is none. What is wrong with it is for its reader to say. */
function firstBytes(path, count) {
  let file
  try {
    const stat = statSync(path)
    if (!stat.isFile()) return undefined // a pipe's writer would take us for its reader
    file = openSync(path, 'r')
    const bytes = Buffer.alloc(count)
    return { bytes: bytes.subarray(0, readSync(file, bytes, 0, count, 0)), size: stat.size }
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

module.exports = { firstBytes }
