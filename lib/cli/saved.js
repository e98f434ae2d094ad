'use strict'

const { writeFileSync } = require('node:fs')
const { resolve } = require('node:path')
const { PendingFile, flushFolder } = require('../capture/pending-file.js')
const { coded } = require('../capture/write-error.js')

/** Puts a text, or bytes, into a file that is whole or not there, readable by its owner; answers its path. */
async function saved(path, text) {
  const file = resolve(path)
  let pending
  try {
    pending = new PendingFile(file)
    writeFileSync(pending.writable, text)
    await pending.flush()
    pending.publish()
    await flushFolder(file)
    return file
  } catch (error) {
    pending?.discard()
    throw coded(error, file)
  }
}

module.exports = { saved }
