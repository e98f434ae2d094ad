'use strict'
// node bench/container.js [--size 570] [--times 1.5] [--dry]
// A heap of so many megabytes, some of them garbage of the making, in a memory cgroup of so many times the app's resident memory: which
// looks at it the guard allows there, what they cost, and that the app lives on. Needs the right to make a cgroup. Writes into docs/walker.md (--dry: to the terminal).

const { fork } = require('child_process')
const { once } = require('events')
const fs = require('fs')
const path = require('path')
const { parseArgs } = require('util')
const { cgroupFor } = require('../__test__/support/cgroup.js')
const { fill } = require('./sessions')
const { memory, plainTable, replaceTable, time } = require('./table')

const { values: options } = parseArgs({ options: { size: { type: 'string', default: '570' }, times: { type: 'string', default: '1.5' }, dry: { type: 'boolean' } } })
const WAYS = {
  "V8's snapshot in a twin": { walker: false },
  'a report by the walker': { walker: true },
  'a folded census by the walker': { kind: 'folded', walker: true },
  'a light census': { kind: 'light' },
}

/** In a process of its own: the heap, then each way when the parent has set the limit. */
async function app(megabytes) {
  const v8 = require('v8')
  const leakguard = require('..')
  const sessions = fill(megabytes)
  process.send({ used: v8.getHeapStatistics().used_heap_size, rss: process.memoryUsage().rss })
  await once(process, 'message')
  // The app goes on making garbage, as a server does.
  setInterval(() => (globalThis.passing = Array.from({ length: 2000 }, (_, at) => ({ at }))), 10)
  const rows = []
  for (const [way, given] of Object.entries(WAYS)) {
    try {
      const { evidence, capture } = await leakguard.census({ ...given, mode: 'twin' })
      rows.push({ way, evidence, capture })
    } catch (error) {
      if (error.code !== 'ERR_LEAKGUARD_HEADROOM') throw error
      rows.push({ way, need: error.need, headroom: error.headroom })
    }
  }
  // It lives on, and is asked once more.
  process.send({ rows: rows.concat({ way: 'the app', alive: sessions.at(-1).id === sessions.length - 1 }) })
  process.disconnect()
  process.exit()
}

async function main() {
  const undo = []
  const group = cgroupFor({ after: (action) => undo.push(action), skip: (why) => { throw new Error(why) } })
  try {
    const child = fork(__filename, [], { execArgv: ['--expose-gc', '--max-old-space-size=8000'], env: { ...process.env, CONTAINER: options.size } })
    fs.writeFileSync(path.join(group.path, 'cgroup.procs'), String(child.pid))
    const ended = once(child, 'exit').then(([code, signal]) => { throw new Error(`the app ended with ${code ?? signal}`) })
    ended.catch(() => {})
    const [{ used, rss }] = await Promise.race([once(child, 'message'), ended])
    const limit = Math.round(rss * Number(options.times))
    const file = ['memory.limit_in_bytes', 'memory.max'].map((name) => path.join(group.path, name)).find(fs.existsSync)
    fs.writeFileSync(file, String(limit))
    child.send('go')
    const [{ rows }] = await Promise.race([once(child, 'message'), ended])
    if (!rows.pop().alive) throw new Error('the app lost objects')
    const cells = rows.map(({ way, capture, need, headroom }) => {
      const figures = capture && [`${Math.round(capture.pauseMs)} ms`, time(capture.durationMs / 1e3), memory(capture.twinPeakBytes)]
      return [way, ...(figures ? ['done', ...figures] : [`refused: needs ${memory(need)}, there are ${memory(headroom)}`, '', '', ''])]
    })
    const text = `A used heap of ${memory(used)}, resident memory of ${memory(rss)}, a cgroup of ${memory(limit)}.\n${plainTable(['', 'outcome', 'stall', 'time', "twin's memory"], cells)}`
    console.log(text)
    if (!options.dry) replaceTable(path.join(__dirname, '../docs/walker.md'), 'container', text)
  } finally {
    for (const action of undo) await action()
  }
}

if (process.env.CONTAINER) app(Number(process.env.CONTAINER))
else main()
