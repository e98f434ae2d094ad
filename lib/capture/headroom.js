'use strict'

const v8 = require('node:v8')
const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')
const { addressSpace } = require('./address-space.js')

/** V8 collects the whole heap before a snapshot; with less than this share of its limit left, that can end the process. */
const V8_SHARE = 0.02
/** What a twin leaves free, as its watch does: a twentieth of the limit, within these. */
const RESERVE = { share: 0.05, least: 16 * 2 ** 20, most: 256 * 2 ** 20 }

/**
 * Refuses a capture that this machine cannot afford, or other work (`what`). `folder`: where a file goes; none: no file. `force` is what
 * goes ahead all the same.
 */
function requireHeadroom({ memory, disk }, mode, folder, { what = 'capture', force = 'force: true' } = {}) {
  const machine = reading(folder)
  for (const { need, headroom, limit, mend } of limitsOf(machine, { memory, disk }, mode)) {
    if (need <= headroom) continue
    const message =
      `the ${what} needs about ${megabytes(need)}, and ${limit} leaves ${megabytes(headroom)}: ` +
      `${mend}, or go ahead with ${force}`
    throw new LeakguardError('ERR_LEAKGUARD_HEADROOM', message, { need, headroom, limit })
  }
}

/** Without the addon there is nothing to hold a capture against. */
function reading(folder) {
  try {
    return native().readMachine(folder)
  } catch {
    return {}
  }
}

function limitsOf({ cgroup, memory, disk }, needs, mode) {
  const reserve = (limit) => Math.min(Math.max(limit * RESERVE.share, RESERVE.least), RESERVE.most)
  const limits = []
  if (cgroup?.limit > 0) {
    const limit = `the cgroup's memory limit of ${megabytes(cgroup.limit)}`
    limits.push({ need: needs.memory, headroom: cgroup.headroom - reserve(cgroup.limit), limit, mend: 'raise it' })
  }
  if (memory) {
    const limit = `this machine's memory of ${megabytes(memory.total)}`
    limits.push({ need: needs.memory, headroom: memory.available - reserve(memory.total), limit, mend: 'free some' })
  }
  const addresses = addressSpace()
  if (addresses) {
    const limit = `the limit of addresses (ulimit -v) of ${megabytes(addresses.limit)}`
    limits.push({ need: needs.memory, headroom: addresses.headroom, limit, mend: 'raise it' })
  }
  if (mode === 'inline') {
    const { heap_size_limit: most, used_heap_size: used } = v8.getHeapStatistics()
    const limit = `V8's heap limit of ${megabytes(most)}`
    const mend = 'raise --max-old-space-size'
    limits.push({ need: most * V8_SHARE, headroom: most - used, limit, mend })
  }
  if (disk && needs.disk > 0) {
    limits.push({ need: needs.disk, headroom: disk.available, limit: 'the disk', mend: 'free space, compress, or choose another disk' })
  }
  return limits.map((row) => ({ ...row, headroom: Math.max(0, row.headroom) }))
}

function megabytes(bytes) {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`
}

module.exports = { requireHeadroom, megabytes }
