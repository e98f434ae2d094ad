'use strict'

const { existsSync } = require('node:fs')
const { resolve } = require('node:path')
const { threadId } = require('node:worker_threads')

let count = 0

const ENDS = { gzip: '.gz', zstd: '.zst' }

/** `leakguard-<ISO time>-<pid>-<thread>-<n>.heapsnapshot[.gz|.zst]` in `LEAKGUARD_DIR`, or in the working directory. */
function defaultPath(compress) {
  const folder = resolve(process.env.LEAKGUARD_DIR || '.')
  const time = new Date().toISOString().replaceAll(':', '-')
  for (;;) {
    const path = resolve(folder, `leakguard-${time}-${process.pid}-${threadId}-${++count}.heapsnapshot${ENDS[compress] ?? ''}`)
    if (!existsSync(path)) return path
  }
}

module.exports = { defaultPath }
