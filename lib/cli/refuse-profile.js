'use strict'

const { LeakguardError } = require('../errors.js')
const { firstBytes } = require('./first-bytes.js')

const HEAP = 'a heap profile has the functions that allocated, and no objects: leakguard convert writes it for other tools, DevTools and pprof open it'
const CPU = 'a CPU profile says nothing of memory'
const RECORDING = "it is a flight recorder's file: leakguard postmortem reads it"
const BY_NAME = { '.heapprofile': HEAP, '.pb.gz': HEAP, '.cpuprofile': CPU }
/** How V8 and others begin to write them, whatever the file is called; and the recorder. */
const BEGINS = [
  [/^\s*\{\s*"head"\s*:\s*\{/, HEAP],
  [/^\s*\{\s*"nodes"\s*:\s*\[\s*\{/, CPU],
  [/^LGFLIGHT/, RECORDING],
]
const LOOKED_AT = 256

/** Says of a profile what it is, before it is read as the snapshot that it is not. */
function refuseProfile(file) {
  const what = byName(file) ?? byContent(file)
  if (what !== undefined) throw new LeakguardError('ERR_LEAKGUARD_PARSE', `${file} is no heap snapshot: ${what}`, { byte: 0 })
}

function byName(file) {
  return Object.entries(BY_NAME).find(([end]) => file.endsWith(end))?.[1]
}

function byContent(file) {
  const text = firstBytes(file, LOOKED_AT)?.bytes.toString('latin1') ?? ''
  return BEGINS.find(([begins]) => begins.test(text))?.[1]
}

module.exports = { refuseProfile }
