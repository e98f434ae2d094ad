'use strict'

const { readFileSync } = require('node:fs')
const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')
const { flat } = require('../sites/flat.js')

/** V8's own, where a file does not say how often it was sampled: DevTools' and Node's. */
const INTERVAL = 32 * 1024

/**
 * A `.heapprofile` of DevTools, Node or leakguard: `{ profile, pprof, heapprofile }`, the last two with places as they were written.
 * Throws ERR_LEAKGUARD_IO where it cannot be read, _PARSE where it is none.
 */
function readHeapProfile(path) {
  const given = parsed(path)
  try {
    const settings = { marks: [], top: 1, interval: INTERVAL, time: Date.now(), durationMs: 0, export: true }
    const { pprof, heapprofile } = JSON.parse(native().allocationSites(JSON.stringify(flat(given)), JSON.stringify(settings)))
    return { profile: flat(JSON.parse(heapprofile)), pprof: Buffer.from(pprof, 'base64'), heapprofile }
  } catch (cause) {
    if (cause instanceof LeakguardError) throw cause
    throw noProfile(path, cause)
  }
}

function parsed(path) {
  let text
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new LeakguardError('ERR_LEAKGUARD_IO', `cannot read ${path}: ${cause.message}`, { cause })
  }
  try {
    const profile = JSON.parse(text)
    if (profile.head?.callFrame === undefined) throw new Error('it has no "head" with a "callFrame"')
    return Array.isArray(profile.samples) ? profile : { ...profile, samples: samplesOf(profile.head) }
  } catch (cause) {
    throw noProfile(path, cause)
  }
}

function noProfile(path, cause) {
  return new LeakguardError('ERR_LEAKGUARD_PARSE', `${path} is no sampling heap profile (.heapprofile): ${cause.message}`, { cause, byte: 0 })
}

/** Older files have sums alone: each node's is one sample. */
function samplesOf(head) {
  const samples = []
  const open = [head]
  while (open.length > 0) {
    const { id, selfSize, children } = open.pop()
    if (selfSize > 0) samples.push({ nodeId: id, size: selfSize, ordinal: samples.length + 1 })
    for (const child of children) open.push(child)
  }
  return samples
}

module.exports = { readHeapProfile }
