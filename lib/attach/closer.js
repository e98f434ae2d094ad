'use strict'

// A process that is blocked opens its inspector when it gets to it, and nobody may wait for that any more. Who gave up leaves this behind: a process
// that closes the inspector when it opens. `node closer.js PID START HOST:PORT…`, which were open before.

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const { setTimeout: sleep } = require('node:timers/promises')

const LOOK_MS = 500
const PATIENCE_MS = 10 * 60_000

/** Leaves it behind; resolves to whether it could be started. */
function stayBehind(pid, known) {
  const env = { ...process.env, NODE_OPTIONS: '' }
  const closer = spawn(process.execPath, [__filename, String(pid), startOf(pid), ...known], { cwd: '/', env, detached: true, stdio: 'ignore' })
  closer.unref()
  return new Promise((resolve) => {
    closer.once('error', () => resolve(false)).once('spawn', () => resolve(true))
  })
}

async function close([pid, start, ...known]) {
  const { closeOpened } = require('./inspector.js')
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end && startOf(pid) === start; await sleep(LOOK_MS)) {
    if (await closeOpened(Number(pid), new Set(known))) return
  }
}

/** When a process began: a number can be another's by now. */
function startOf(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/s, '').trim().split(' ')[19]
  } catch {
    return ''
  }
}

if (require.main === module) close(process.argv.slice(2))

module.exports = { stayBehind }
