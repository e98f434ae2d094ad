'use strict'

const { writeFile } = require('node:fs/promises')
const { LeakguardError } = require('../errors.js')

/** All that was found, as JSON. */
async function writeReport(path, found) {
  try {
    await writeFile(path, `${JSON.stringify(found, null, 2)}\n`, { mode: 0o600 })
  } catch (cause) {
    throw new LeakguardError('ERR_LEAKGUARD_IO', `the report ${path} could not be written: ${cause.message}`, { cause })
  }
}

module.exports = { writeReport }
