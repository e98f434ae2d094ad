'use strict'

const fs = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')

/**
 * A memory cgroup with a limit, or none without `bytes`, of either version; `undefined`, and the test skipped, where none can be made.
 * `run` turns a command into one that runs inside.
 */
function cgroupFor(test, bytes) {
  const places = [
    { parent: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
    { parent: '/sys/fs/cgroup', limit: 'memory.max' },
  ]
  for (const { parent, limit } of places) {
    const path = join(parent, `leakguard-test-${process.pid}-${Date.now()}`)
    try {
      fs.mkdirSync(path)
    } catch {
      continue
    }
    test.after(() => removed(path))
    try {
      fs.accessSync(join(path, limit))
      if (bytes !== undefined) fs.writeFileSync(join(path, limit), String(bytes))
    } catch {
      continue
    }
    return { path, run: (command) => ['sh', ['-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', path, ...command]] }
  }
  return void test.skip('cannot make a memory cgroup')
}

/** Its processes are gone a moment after they were killed. */
async function removed(path) {
  for (let turn = 0; turn < 100 && fs.existsSync(path); turn++) {
    try {
      fs.rmdirSync(path)
    } catch {
      await sleep(20)
    }
  }
}

module.exports = { cgroupFor }
