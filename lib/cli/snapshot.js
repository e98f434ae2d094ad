'use strict'

const { takeSnapshot } = require('../attach/snapshot.js')
const { visit } = require('../attach/visit.js')
const { wrong } = require('../options.js')
const { span } = require('../postmortem/moment.js')
const { bytes } = require('../report/words.js')
const { asciiJson } = require('./json.js')

/** `leakguard snapshot PID|HOST:PORT [FILE]` */
async function snapshotCommand([target, file, ...rest], { timeout, json }, { progress }) {
  if (target === undefined || rest.length > 0) throw wrong('snapshot takes a PID or HOST:PORT, and the FILE that is to be written')
  const taken = await visit(target, timeout, (session, { pid, signal }) => takeSnapshot(session, file ?? fileName(pid, 'heapsnapshot'), { onProgress: progress.tell, signal }))
  const { left, ...about } = taken
  if (json) return { text: asciiJson({ ...about, closed: left === undefined }), asked: true }
  const lines = [`${about.path}: ${bytes(about.bytes)}, in ${span(about.durationMs)}, during which the process stood still.`, left]
  return { text: `${lines.filter(Boolean).join('\n')}\n` }
}

/** `leakguard-<time>-<pid>.heapsnapshot` */
function fileName(pid, extension) {
  return `leakguard-${new Date().toISOString().replaceAll(':', '-')}-${pid ?? 'inspected'}.${extension}`
}

module.exports = { snapshotCommand, fileName }
