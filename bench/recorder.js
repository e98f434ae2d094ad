'use strict'

// What the flight recorder costs: `node bench/recorder.js [FOLDER]`. Medians of batches, with the least beside them: on a busy
// machine the least says more of the code.

const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { postmortem } = require('..')
const { native } = require('../lib/native.js')
const { Recorder } = require('../lib/recorder.js')

const BATCHES = 300
const BATCH = 1000
const SAMPLE = {
  time: Date.now(),
  heapUsed: 1e8,
  heapTotal: 2e8,
  heapLimit: 4e9,
  external: 1e6,
  arrayBuffers: 1e5,
  rss: 2e8,
  cgroup: { current: 1e8, limit: 5e8 },
  fds: 30,
  loopDelay: { max: 1 },
  gc: { count: 2, time: 3 },
}

async function main() {
  const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'leakguard-bench-'))
  try {
    const path = join(folder, 'a.rec')
    show('open a new file of 1 MiB', times(() => new Recorder(join(folder, String(Math.random()))).close(), 30, 1))
    const recorder = new Recorder(path)
    show('a sample', times(() => recorder.sample(SAMPLE)))
    show('an event of 100 bytes', times(() => recorder.event('leak', { text: 'x'.repeat(100), growthBytes: 5 }), 50))
    const idle = new (native().RecorderWriter)()
    const values = new Float64Array(13)
    show('of a sample, the call into the addon', times(() => idle.sample(values)))
    show('for comparison, process.memoryUsage()', times(() => process.memoryUsage(), 50))
    recorder.close()
    const found = []
    for (let nth = 0; nth < 10; nth++) {
      const start = process.hrtime.bigint()
      await postmortem(path)
      found.push(Number(process.hrtime.bigint() - start))
    }
    show('postmortem of a full file of 1 MiB', found)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** ns of one call, of each batch. */
function times(call, batches = BATCHES, batch = BATCH) {
  return Array.from({ length: batches }, () => {
    const start = process.hrtime.bigint()
    for (let nth = 0; nth < batch; nth++) call()
    return Number(process.hrtime.bigint() - start) / batch
  })
}

function show(what, found) {
  found.sort((a, b) => a - b)
  const words = (ns) => (ns < 1e4 ? `${Math.round(ns)} ns` : ns < 1e6 ? `${(ns / 1e3).toFixed(1)} µs` : `${(ns / 1e6).toFixed(1)} ms`)
  console.log(`| ${what} | ${words(found[0])} | ${words(found[found.length >> 1])} |`)
}

main()
