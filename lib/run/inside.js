'use strict'

// What `leakguard run` preloads into each Node.js process and worker of the app: `register`, and a notebook in the folder that
// LEAKGUARD_RUN names. Whatever goes wrong here is a line on stderr, and the app starts.

const { join } = require('node:path')
const { isMainThread } = require('node:worker_threads')
const { register, tell } = require('../register/register.js')

const { LEAKGUARD_RUN: folder, LEAKGUARD_RUN_GC: collects, LEAKGUARD_RUN_PORT: waits, LEAKGUARD_DIR: dir } = process.env

try {
  const own = {
    ...(isMainThread ? { recorder: join(folder, `${process.pid}.rec`) } : {}),
    // Of leaks no snapshot: it would delay their news. Near the limit one is all there will be.
    // Who runs an app to find its leak can wait for V8's own snapshot of a heap that is full.
    maxPause: 600_000,
    ...(dir ? {} : { snapshotDir: folder, keep: 0 }),
  }
  const watchdog = register(own)
  if (watchdog !== undefined) {
    const { Notebook } = require('./notebook.js')
    const notebook = new Notebook(folder, watchdog)
    if (collects === '1') require('./collecting.js').collectNowAndThen(notebook)
    if (waits === '1') require('./listening.js').tellListening((found) => notebook.write('listening', found))
  }
} catch (error) {
  tell(error?.message ?? String(error))
}
