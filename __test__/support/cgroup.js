'use strict'

const fs = require('node:fs')
const { join } = require('node:path')

const V1 = '/sys/fs/cgroup/memory'
const V2 = '/sys/fs/cgroup'

/** A cgroup with so many bytes of memory that is gone after the test: the file to write process ids to; skips where none can be made. */
function cgroupWith(test, bytes) {
  const v1 = fs.existsSync(join(V1, 'memory.limit_in_bytes'))
  const folder = join(v1 ? V1 : V2, `leakguard-test-${process.pid}-${Date.now()}`)
  try {
    fs.mkdirSync(folder)
    test.after(() => removed(folder))
    fs.writeFileSync(join(folder, v1 ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes))
    return join(folder, 'cgroup.procs')
  } catch (error) {
    test.skip(`no cgroup can be made: ${error.message}`)
    return undefined
  }
}

/** The kernel takes a moment to let go of ended processes. */
async function removed(folder) {
  for (let nth = 0; nth < 50; nth++) {
    try {
      return fs.rmdirSync(folder)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

module.exports = { cgroupWith }
