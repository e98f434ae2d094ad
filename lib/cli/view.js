'use strict'

const { closeSync, openSync } = require('node:fs')
const { LeakguardError } = require('../errors.js')
const { integer, wrong } = require('../options.js')
const { openInBrowser } = require('../view/browser.js')
const { HeapFile } = require('../view/heap-file.js')
const { serve } = require('../view/serve.js')
const { requireHeadroomFor } = require('./headroom.js')
const { refuseProfile } = require('./refuse-profile.js')

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** `leakguard view FILE…`: a page on this machine, until Ctrl-C. */
async function viewCommand(paths, { port, 'no-open': noOpen, 'no-scripts': noScripts, force }, { stdout, progress }) {
  if (paths.length === 0) throw wrong('view takes one FILE or more')
  if (paths.includes('-')) throw wrong('view reads files, not standard input')
  const wanted = integer(0, 65_535, 0)('port', port)
  paths.forEach(refuseProfile)
  paths.forEach(requireReadable)
  requireHeadroomFor(paths, { force, kept: true })
  const files = paths.map((path) => new HeapFile(path, { readScripts: !noScripts }))
  const ended = new AbortController()
  const end = () => ended.abort()
  for (const signal of ENDS) process.once(signal, end)
  const server = await serve(files, { port: wanted })
  let forget = () => {}
  try {
    stdout.write(`${server.url}\nCtrl-C ends it.\n`)
    if (!noOpen && stdout.isTTY) forget = openInBrowser(server.url)
    await read(files, ended.signal, progress)
    if (!ended.signal.aborted) await new Promise((resolve) => ended.signal.addEventListener('abort', resolve, { once: true }))
    return {}
  } finally {
    for (const signal of ENDS) process.off(signal, end)
    forget()
    await server.close()
  }
}

/** Reads them, one at a time. What cannot be read is told by the page, unless there is nothing else. */
async function read(files, signal, progress) {
  const failures = []
  for (const file of files) {
    if (signal.aborted) return
    try {
      await file.read({ signal, onProgress: progress.tell })
    } catch (error) {
      failures.push(error)
    }
  }
  progress.end()
  if (!signal.aborted && failures.length === files.length) throw failures[0]
}

/** Before anything is opened: a wrong name is told at once. */
function requireReadable(path) {
  try {
    closeSync(openSync(path, 'r'))
  } catch (cause) {
    throw new LeakguardError('ERR_LEAKGUARD_IO', `cannot open ${path}: ${cause.message}`, { cause })
  }
}

module.exports = { viewCommand }
