'use strict'

const v8 = require('node:v8')
const { validate } = require('../options.js')
const { native } = require('../native.js')
const { fields } = require('./fields.js')

const RULES = { fields: fields([]) }

/** One reading of this thread's heap and of the process. */
function sample(options) {
  return read(validate(options, RULES).fields)
}

/** The reading of this moment, with these dear fields. It never throws: what cannot be read is `undefined`. */
function read(fields) {
  const system = fields.size > 0 ? addon() : undefined
  const heap = v8.getHeapStatistics()
  const memory = memoryUsage()
  const limits = fields.has('cgroup') || fields.has('machine') || fields.has('pressure') ? system?.readMachine() : undefined
  const own = fields.has('process') ? (limits?.process ?? system?.readProcess()) : undefined
  const reading = {
    time: Date.now(),
    heapUsed: heap.used_heap_size,
    heapTotal: heap.total_heap_size,
    heapLimit: heap.heap_size_limit,
    external: heap.external_memory,
    arrayBuffers: memory?.arrayBuffers,
    malloced: heap.malloced_memory,
    nativeContexts: heap.number_of_native_contexts,
    detachedContexts: heap.number_of_detached_contexts,
    rss: own?.rss ?? memory?.rss, // of one reading with its parts
  }
  if (fields.has('process')) addParts(reading, own)
  if (fields.has('spaces')) reading.spaces = spaces()
  if (fields.has('cgroup') || fields.has('pressure')) reading.cgroup = cgroup(limits?.cgroup)
  if (fields.has('machine')) reading.machineAvailable = limits?.memory?.available
  if (fields.has('pressure')) addPressure(reading, system, limits?.cgroup?.path)
  if (fields.has('fds')) reading.fds = system?.countDescriptors() ?? undefined
  if (fields.has('resources')) reading.resources = resources()
  return reading
}

/** Readings of the system; `undefined` where the addon does not load: then they are left out. */
function addon() {
  try {
    return native()
  } catch {
    return undefined
  }
}

/** Node opens a file for it, which fails when the process has none left: just when a sample is wanted. */
function memoryUsage() {
  try {
    return process.memoryUsage()
  } catch {
    return undefined
  }
}

function addParts(reading, own) {
  reading.rssAnon = own?.anonymous
  reading.rssFile = own?.file
  reading.rssShared = own?.shared
  reading.rssPeak = own?.peak
  reading.threads = own?.threads
}

function spaces() {
  const list = v8.getHeapSpaceStatistics().map((space) => [
    space.space_name,
    { size: space.space_size, used: space.space_used_size, available: space.space_available_size },
  ])
  return Object.fromEntries(list)
}

function cgroup(group) {
  if (group === undefined) return undefined
  const { version, current, limit, reclaimable, headroom } = group
  return { version, current, limit, reclaimable, headroom }
}

function addPressure(reading, system, folder) {
  if (reading.cgroup?.version === 2) reading.cgroup.pressure = system?.readPressure(folder) ?? undefined
  reading.machinePressure = system?.readPressure() ?? undefined
}

function resources() {
  const counts = {}
  for (const type of process.getActiveResourcesInfo()) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

module.exports = { sample, read }
