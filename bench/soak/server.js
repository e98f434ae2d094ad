'use strict'

// The server of the soak: a healthy app with every part of leakguard on. It tells its port, and ends with its parent.

const { EventEmitter } = require('node:events')
const http = require('node:http')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { Worker, isMainThread, parentPort } = require('node:worker_threads')
const leakguard = require('../..')
const { handler } = require('../../http.js')

if (isMainThread) serve(process.argv[2], process.argv[3])
else work()

function serve(folder, snapshotDir) {
  const cache = new Map() // bounded
  const bus = new EventEmitter()
  const watchdog = leakguard.watch({ interval: '1s', sites: true, listeners: true, timers: true, handles: true, recorder: join(folder, 'soak.rec'), snapshotDir })
  watchdog.on('leak', ({ text }) => process.send({ leak: text }))
  watchdog.on('error', (error) => process.send({ error: error.message }))
  const heap = handler({ path: '/heap', watchdog, snapshotDir, rate: 1000, track: true })
  const server = http.createServer((request, response) => {
    void heap(request, response, async () => {
      const done = () => {}
      bus.on('end', done)
      cache.set(Math.random(), { url: request.url, rows: Array.from({ length: 50 }, (_, at) => ({ at })) })
      if (cache.size > 2000) cache.delete(cache.keys().next().value)
      await sleep(2)
      bus.off('end', done)
      response.end(String(cache.size))
    })
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('disconnect', () => process.exit())
  keepStarting()
}

/** Worker threads, each with a watchdog of its own; some end by themselves, some are terminated in the middle of their work. */
async function keepStarting() {
  for (let nth = 0; ; nth++) {
    const worker = new Worker(__filename)
    worker.on('error', (error) => process.send({ error: `worker: ${error.message}` }))
    await sleep(1000)
    if (nth % 2 === 0) worker.postMessage('end')
    else await worker.terminate()
    await sleep(4000)
  }
}

function work() {
  const watchdog = leakguard.watch({ interval: '100ms' })
  const timer = setInterval(() => Array.from({ length: 10_000 }, (_, at) => ({ at })), 5)
  parentPort.once('message', () => {
    clearInterval(timer)
    watchdog.stop()
    parentPort.close()
  })
}
