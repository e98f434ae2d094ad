'use strict'

const { LeakguardError } = require('../errors.js')
const { gcAndRead } = require('../gc/collect.js')

/**
 * Collects all garbage of this thread: at once where V8 can be asked, else as DevTools' bin asks over the inspector, which V8
 * answers in a later turn. Answers what is used of the heap right after it, where that can be had: see `gcAndRead`.
 */
function collect() {
  return collectBy(true)
}

/** Enough for one reading of several, at half the cost: one collection. */
function collectOnce() {
  return collectBy(false)
}

async function collectBy(thorough) {
  try {
    return gcAndRead(thorough)
  } catch (error) {
    if (error.code !== 'ERR_LEAKGUARD_UNSUPPORTED') throw error
    return byInspector(error)
  }
}

/** `unsupported`: why it cannot be done at once; the reason that is told where this way is closed as well. */
async function byInspector(unsupported) {
  let session
  try {
    const { Session } = require('node:inspector')
    session = new Session()
    session.connect()
  } catch {
    throw unsupported
  }
  try {
    await new Promise((resolve, reject) => {
      session.post('HeapProfiler.collectGarbage', (error) => (error ? reject(new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', error.message)) : resolve()))
    })
  } finally {
    session.disconnect()
  }
}

module.exports = { collect, collectOnce }
