'use strict'

const { setTimeout: sleep } = require('node:timers/promises')
const { visit } = require('../attach/visit.js')
const { duration, integer, wrong } = require('../options.js')
const { native } = require('../native.js')
const { sitesText } = require('../report/sites.js')
const { flat } = require('../sites/flat.js')
const { asciiJson } = require('./json.js')
const { saved } = require('./saved.js')
const { fileName } = require('./snapshot.js')

const INTERVAL = 128 * 1024
const TOP = 20

/** `leakguard heap-profile PID|HOST:PORT [FILE]` */
async function heapProfileCommand([target, file, ...rest], { duration: time, timeout, top, json }, { stdout, progress }) {
  if (target === undefined || rest.length > 0) throw wrong('heap-profile takes a PID or HOST:PORT, and the FILE that is to be written')
  if (file !== undefined && !/\.(heapprofile|pb\.gz)$/.test(file)) throw wrong(`the FILE must end in .heapprofile (for DevTools) or .pb.gz (for pprof), got ${file}`)
  const ms = duration(10_000, 1)('duration', time)
  const rows = integer(1, 100_000, TOP)('top', top)
  const { profile, pid, left } = await visit(target, timeout, async (session, { signal }) => ({ profile: await sampled(session, ms, signal, progress) }))
  const settings = { marks: [], top: rows, interval: INTERVAL, time: Date.now(), durationMs: ms, export: true }
  const { pprof, heapprofile, sites, siteCount, live, samples } = JSON.parse(native().allocationSites(JSON.stringify(profile), JSON.stringify(settings)))
  const report = { live, samples, siteCount, sites }
  const path = await saved(file ?? fileName(pid, 'heapprofile'), file?.endsWith('.pb.gz') ? Buffer.from(pprof, 'base64') : heapprofile)
  if (json) return { text: asciiJson({ pid, path, interval: INTERVAL, durationMs: ms, ...report, closed: left === undefined }), asked: true }
  return { text: sitesText({ ...report, path, left }, { stream: stdout }) }
}

async function sampled(session, ms, signal, progress) {
  await session.ask('HeapProfiler.enable')
  await session.ask('HeapProfiler.startSampling', { samplingInterval: INTERVAL })
  const began = Date.now()
  while (Date.now() - began < ms && !signal.aborted) {
    progress.tell({ stage: 'sampling', bytes: Date.now() - began, total: ms })
    await sleep(Math.min(100, ms - (Date.now() - began) + 1), undefined, { signal }).catch(() => {})
  }
  const { profile } = await session.ask('HeapProfiler.stopSampling')
  if (signal.aborted) throw signal.reason
  return flat(profile)
}

module.exports = { heapProfileCommand }
