'use strict'

const { readFileSync } = require('node:fs')

/** What allocators reserve for threads without using it. */
const RESERVED = 512 * 2 ** 20

/** `{ limit, headroom }` in bytes where this process's addresses are limited (`ulimit -v`); undefined where they are not. Linux. */
function addressSpace() {
  try {
    const [, limit] = /^Max address space +(\d+) /m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    if (limit === undefined) return undefined
    const [, used] = /^VmSize:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))
    return { limit: Number(limit), headroom: Number(limit) - Number(used) * 1024 - RESERVED }
  } catch {
    return undefined
  }
}

module.exports = { addressSpace }
