'use strict'

const { LeakguardError } = require('../errors.js')

/** Says of a profile what it is, before it is read as the snapshot that it is not. */
function refuseProfile(file) {
  if (!/\.(heapprofile|cpuprofile|pb\.gz)$/.test(file)) return
  const cpu = file.endsWith('.cpuprofile')
  const advice = cpu ? 'a CPU profile says nothing of memory' : 'a heap profile has the functions that allocated, and no objects: leakguard convert writes it for other tools, DevTools and pprof open it'
  throw new LeakguardError('ERR_LEAKGUARD_PARSE', `${file} is no heap snapshot: ${advice}`, { byte: 0 })
}

module.exports = { refuseProfile }
