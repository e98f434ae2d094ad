'use strict'

const { mkdirSync, readdirSync, rmSync } = require('node:fs')
const { join } = require('node:path')
const v8 = require('node:v8')
const { requireHeadroom } = require('../capture/headroom.js')
const { needs } = require('../capture/needs.js')
const { writeSnapshot } = require('../capture/snapshot.js')

const NAME = /^leakguard-limit-\d+-(\d+)\.heapsnapshot$/
/** A dying app is to be started again soon. */
const LONGEST_PAUSE_MS = 10_000

let armed = false

/**
 * Evidence while there is still a heap to look at: V8 ends the process without asking. A snapshot by a twin, at once; and where
 * the machine can afford one and it is soon done (`maxPause`, 10 s), Node's own at V8's limit, too, since a heap that fills quickly
 * is full before the twin is done. Node
 * writes that into the working directory (or `--diagnostic-dir`), at most once, and it cannot be called off: a process whose
 * heap does not reach the limit writes none. Rejects with what kept the twin from it.
 */
async function lastEvidence({ onHeapLimit, snapshotDir, keep, mode, maxPause, beforeCapture }) {
  if (onHeapLimit === 'report') process.report.writeReport()
  if (onHeapLimit !== 'snapshot') return
  if (beforeCapture && (await beforeCapture({ kind: 'limit' })) === false) return
  arm(maxPause ?? LONGEST_PAUSE_MS)
  if (snapshotDir !== undefined) mkdirSync(snapshotDir, { recursive: true, mode: 0o700 })
  const path = snapshotDir && join(snapshotDir, `leakguard-limit-${process.pid}-${Date.now()}.heapsnapshot`)
  await writeSnapshot(path, { mode, maxPause })
  if (snapshotDir !== undefined && keep > 0) keepLast(snapshotDir, keep)
}

/** So many, of all processes: one that dies of it again and again leaves one each time. */
function keepLast(folder, keep) {
  const timeOf = (name) => Number(NAME.exec(name)[1])
  const names = readdirSync(folder).filter((name) => NAME.test(name))
  names.sort((a, b) => timeOf(a) - timeOf(b))
  for (const name of names.slice(0, -keep)) rmSync(join(folder, name), { force: true })
}

function arm(longestMs) {
  if (armed || typeof v8.setHeapSnapshotNearHeapLimit !== 'function') return
  try {
    const need = needs({ mode: 'inline', into: 'file' })
    if (need.pauseMs > longestMs) return
    requireHeadroom(need, 'inline', process.cwd())
    v8.setHeapSnapshotNearHeapLimit(1)
    armed = true
  } catch {
    // Too little memory or disk for it, or no folder: the twin's may do.
  }
}

module.exports = { lastEvidence }
