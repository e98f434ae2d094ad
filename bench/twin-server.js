'use strict'
// An HTTP server with a heap of so many megabytes, for bench/twin.js. Tells its parent about itself, captures when told to,
// and answers each request with a little work on its heap.

const fs = require('fs')
const http = require('http')
const v8 = require('v8')
const leakguard = require('..')

const [megabytes, file] = process.argv.slice(2)
const sessions = []
let stall = { last: 0, longest: 0 }

function grow() {
  while (v8.getHeapStatistics().used_heap_size < megabytes * 1e6) {
    for (let i = 0; i < 5000; i++) {
      const id = sessions.length
      sessions.push({ id, user: `user ${id}`, roles: ['a', id], seen: { at: id, from: null } })
    }
  }
  global.gc()
}

const server = http.createServer((request, response) => {
  // Touches a few pages of the heap, as requests do.
  let sum = 0
  for (let i = 0; i < 100; i++) {
    const session = sessions[(Math.random() * sessions.length) | 0]
    session.seen.at++
    sum += session.id
  }
  response.end(`${sum} ${'x'.repeat(500)}`)
})

const status = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) * 1024

const captures = {
  async twin() {
    return leakguard.writeSnapshot(file, { mode: 'twin', force: true })
  },
  async inline() {
    const start = performance.now()
    v8.writeHeapSnapshot(file)
    return { mode: 'v8', durationMs: performance.now() - start, bytes: fs.statSync(file).size }
  },
  async nothing() {
    await new Promise((resolve) => setTimeout(resolve, 4000))
    return { mode: 'nothing' }
  },
}

process.on('message', async (how) => {
  fs.writeFileSync('/proc/self/clear_refs', '5') // the peak starts anew
  const before = status('VmRSS')
  stall = { last: performance.now(), longest: 0 }
  const capture = await captures[how]()
  await new Promise((resolve) => setTimeout(resolve, 50)) // the stall's end is seen
  const { longest } = stall
  process.send({ capture, longest, before, peak: status('VmHWM'), after: status('VmRSS') })
})

setInterval(() => {
  const now = performance.now()
  stall.longest = Math.max(stall.longest, now - stall.last)
  stall.last = now
}, 1)

grow()
server.listen(0, () => process.send({ port: server.address().port, used: v8.getHeapStatistics().used_heap_size }))
