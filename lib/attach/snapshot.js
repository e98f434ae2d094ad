'use strict'

const fs = require('node:fs')
const { resolve } = require('node:path')
const { PendingFile, flushFolder } = require('../capture/pending-file.js')
const { coded } = require('../capture/write-error.js')

/**
 * Takes a heap snapshot over a session into a file that is whole or not there; `{ path, bytes, durationMs }`. The process stands still
 * meanwhile. Nothing of it is kept in memory here but a chunk.
 */
async function takeSnapshot(session, target, { onProgress, signal }) {
  const path = resolve(target)
  const began = Date.now()
  let pending
  try {
    pending = new PendingFile(path)
    const { descriptor } = pending
    let failure
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
      if (failure !== undefined || signal.aborted) return
      try {
        // At once: what is written waits for the disk, and the process for us.
        for (let bytes = Buffer.from(chunk); bytes.length > 0; ) bytes = bytes.subarray(fs.writeSync(descriptor, bytes))
      } catch (error) {
        failure = error
      }
    })
    session.on('HeapProfiler.reportHeapSnapshotProgress', ({ done, total }) => onProgress({ stage: 'snapshot', bytes: done, total }))
    await session.ask('HeapProfiler.takeHeapSnapshot', { reportProgress: true, exposeInternals: false })
    if (failure !== undefined) throw failure
    if (signal.aborted) throw signal.reason
    await pending.flush()
    const bytes = pending.publish()
    await flushFolder(path)
    return { path, bytes, durationMs: Date.now() - began }
  } catch (error) {
    pending?.discard()
    throw error.code?.startsWith('ERR_LEAKGUARD') ? error : coded(error, path)
  }
}

module.exports = { takeSnapshot }
