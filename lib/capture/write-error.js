'use strict'

const { memoryUsage } = require('node:process')
const { LeakguardError } = require('../errors.js')

/** The system's error with what to do about it. */
function coded(error, path) {
  const cause = error instanceof LeakguardError ? error.cause : error
  const advice = {
    ENOENT: 'its folder does not exist; create it first',
    ENOTDIR: 'its folder is a file',
    EACCES: 'this process may not write there; choose another folder',
    EPERM: 'this process may not write there; choose another folder',
    EROFS: 'the file system is read-only; choose another folder',
    ENOSPC: `the disk is full; a snapshot takes up to twice the used heap, now ${megabytes()}; free space or choose another disk`,
    EDQUOT: `the quota is used up; a snapshot takes up to twice the used heap, now ${megabytes()}`,
  }[cause?.code]
  if (error instanceof LeakguardError && !(advice && error.code === 'ERR_LEAKGUARD_IO')) return error
  const message = `cannot write ${path}: ${advice ?? cause?.message ?? cause}`
  return new LeakguardError('ERR_LEAKGUARD_IO', message, { cause })
}

function megabytes() {
  return `${Math.ceil(memoryUsage().heapUsed / 1e6)} MB`
}

module.exports = { coded }
