'use strict'

const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { threadId } = require('node:worker_threads')

let count = 0

/** `leakguard-<ISO time>-<pid>-<thread>-<n>.heapsnapshot` in `LEAKGUARD_DIR`, or in the working directory. */
function defaultPath() {
  const folder = process.env.LEAKGUARD_DIR || process.cwd()
  const time = new Date().toISOString().replaceAll(':', '-')
  for (;;) {
    const path = join(folder, `leakguard-${time}-${process.pid}-${threadId}-${++count}.heapsnapshot`)
    if (!existsSync(path)) return path
  }
}

module.exports = { defaultPath }
