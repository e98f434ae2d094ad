'use strict'

const { sharesFiles } = require('../attach/node-process.js')
const { takeOwnSnapshot } = require('../attach/own-capture.js')
const { takeSnapshot } = require('../attach/snapshot.js')
const { visit } = require('../attach/visit.js')
const { wrong } = require('../options.js')
const { span } = require('../postmortem/moment.js')
const { bytes } = require('../report/words.js')
const { asciiJson } = require('./json.js')

/** `leakguard snapshot PID|HOST:PORT [FILE]` */
async function snapshotCommand([target, file, ...rest], { timeout, inspector, json }, { progress }) {
  if (target === undefined || rest.length > 0) throw wrong('snapshot takes a PID or HOST:PORT, and the FILE that is to be written')
  if (file !== undefined && /^-$|\.(gz|zst)$/.test(file)) throw wrong(`the FILE is a file, and not compressed, got ${file}; gzip or zstd do that afterwards, analyze reads what they make`)
  const taken = await visit(target, timeout, async (session, { pid, signal }) => {
    const path = file ?? fileName(pid, 'heapsnapshot')
    // What stands at HOST:PORT may see other files.
    const canDoIt = !inspector && !target.includes(':') && sharesFiles(pid)
    const own = canDoIt ? await takeOwnSnapshot(session, path, { signal }) : undefined
    return own ?? { ...(await takeSnapshot(session, path, { onProgress: progress.tell, signal })), mode: 'inspector' }
  })
  const { left, ...about } = taken
  if (json) return { text: asciiJson({ ...about, closed: left === undefined }), asked: true }
  const lines = [`${about.path}: ${bytes(about.bytes)}, in ${span(about.durationMs)}, ${pauseOf(about)}.`, left]
  return { text: `${lines.filter(Boolean).join('\n')}\n` }
}

/** How the process fared meanwhile. */
function pauseOf({ mode, pauseMs, reason }) {
  if (mode === 'twin') return `by a twin: the process stood still for ${Math.ceil(pauseMs)} ms`
  const why = mode === 'inline' && reason ? ` (no twin: ${reason})` : ''
  return `during which the process stood still${why}`
}

/** `leakguard-<time>-<pid>.heapsnapshot` */
function fileName(pid, extension) {
  return `leakguard-${new Date().toISOString().replaceAll(':', '-')}-${pid ?? 'inspected'}.${extension}`
}

module.exports = { snapshotCommand, fileName }
