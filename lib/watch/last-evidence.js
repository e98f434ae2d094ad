'use strict'

const { mkdirSync, readdirSync, rmSync } = require('node:fs')
const { join } = require('node:path')
const v8 = require('node:v8')
const { defaultPath } = require('../capture/default-path.js')
const { requireHeadroom } = require('../capture/headroom.js')
const { needs } = require('../capture/needs.js')
const { snapshotTo } = require('../capture/snapshot.js')

const NAME = /^leakguard-limit-\d+-(\d+)\.heapsnapshot$/
/** A dying app is to be started again soon. */
const LONGEST_PAUSE_MS = 10_000

let armed = false
/** How many watchdogs want a report of the end, and whether the app wanted one by itself. */
let reporters = 0
let wasReported

/**
 * What a heap that is full before the loop turns again leaves: only V8 and Node run then. For `'report'` Node is told to write its
 * diagnostic report at a fatal error; for `'snapshot'` its own snapshot at the limit, where that of a full heap can be afforded (see
 * `arm`), nobody has to be asked and it may be in clear. Answers what takes the first back.
 */
function prepareForTheEnd({ onHeapLimit, maxPause, beforeCapture, redact }) {
  if (onHeapLimit === 'snapshot' && beforeCapture === undefined && redact === undefined) {
    arm(maxPause, v8.getHeapStatistics().heap_size_limit)
  }
  if (onHeapLimit !== 'report') return () => undefined
  if (reporters++ === 0) {
    wasReported = process.report.reportOnFatalError
    process.report.reportOnFatalError = true
  }
  return () => {
    if (--reporters === 0) process.report.reportOnFatalError = wasReported
  }
}

/**
 * Evidence while there is still a heap to look at: V8 ends the process without asking. A snapshot by a twin, at once; and where it can
 * be afforded Node's own at V8's limit, too, since a heap that fills quickly is full before the twin is done. Rejects with what kept
 * the twin from it.
 */
async function lastEvidence({ onHeapLimit, snapshotDir, keep, redact, mode, maxPause, maxMemory, beforeCapture }) {
  if (onHeapLimit === 'report') process.report.writeReport()
  if (onHeapLimit !== 'snapshot') return
  if (beforeCapture && (await beforeCapture({ kind: 'limit' })) === false) return
  if (redact === undefined) arm(maxPause)
  if (snapshotDir !== undefined) mkdirSync(snapshotDir, { recursive: true, mode: 0o700 })
  const path = snapshotDir === undefined ? defaultPath() : join(snapshotDir, `leakguard-limit-${process.pid}-${Date.now()}.heapsnapshot`)
  await snapshotTo(path, { mode, maxPause, maxMemory, redact, priority: 'low', busy: 'wait', force: false })
  if (snapshotDir !== undefined && keep > 0) keepLast(snapshotDir, keep)
}

/** So many, of all processes: one that dies of it again and again leaves one each time. */
function keepLast(folder, keep) {
  const timeOf = (name) => Number(NAME.exec(name)[1])
  const names = readdirSync(folder).filter((name) => NAME.test(name))
  names.sort((a, b) => timeOf(a) - timeOf(b))
  for (const name of names.slice(0, -keep)) rmSync(join(folder, name), { force: true })
}

/**
 * Node's own snapshot at V8's limit, where it is soon done (`maxPause`, 10 s) and the machine has room for it. Node writes it into the
 * working directory (or `--diagnostic-dir`), at most once, and it cannot be called off: a process whose heap does not reach the
 * limit writes none. `heapUsed`: of a heap that will be so large; default: of the heap as it is.
 */
function arm(longestMs = LONGEST_PAUSE_MS, heapUsed) {
  if (armed || typeof v8.setHeapSnapshotNearHeapLimit !== 'function') return
  try {
    const need = needs({ mode: 'inline', into: 'file', heapUsed })
    if (need.pauseMs > longestMs) return
    requireHeadroom(need, 'inline', process.cwd())
    v8.setHeapSnapshotNearHeapLimit(1)
    armed = true
  } catch {
    // Too little memory or disk for it, or no folder: the twin's may do.
  }
}

module.exports = { lastEvidence, prepareForTheEnd }
