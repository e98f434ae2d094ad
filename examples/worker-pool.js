'use strict'

// A pool of worker threads: each has a heap, and so a watchdog, of its own, and says what leaks to the main thread. A worker that
// leaks is replaced; the others go on.
// node examples/worker-pool.js

const { Worker, isMainThread, parentPort, threadId } = require('node:worker_threads')
const leakguard = require('leakguard')

function work() {
  const watchdog = leakguard.watch()
  watchdog.on('leak', ({ text, suspects }) => parentPort.postMessage({ leak: { thread: threadId, text, suspects } }))
  parentPort.on('message', ({ id, number, end }) => {
    if (!end) return parentPort.postMessage({ id, answer: number ** 2, state: watchdog.verdict?.state ?? 'watching' })
    watchdog.stop()
    parentPort.close()
  })
}

class Pool {
  #workers
  #waiting = new Map()
  #next = 0

  constructor(size) {
    this.#workers = Array.from({ length: size }, () => this.#started())
  }

  #started() {
    const worker = new Worker(__filename)
    worker.on('message', ({ id, answer, state, leak }) => {
      if (leak) return this.#replace(worker, leak)
      this.#waiting.get(id)({ answer, state })
      this.#waiting.delete(id)
    })
    return worker
  }

  #replace(worker, leak) {
    console.error(`worker ${leak.thread} leaks and is replaced: ${leak.text}`)
    this.#workers[this.#workers.indexOf(worker)] = this.#started()
    worker.postMessage({ end: true }) // after what it was given before
  }

  ask(number) {
    const id = this.#next++
    this.#workers[id % this.#workers.length].postMessage({ id, number })
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  end() {
    for (const worker of this.#workers) worker.postMessage({ end: true })
  }
}

async function main() {
  const pool = new Pool(2)
  const answers = await Promise.all([1, 2, 3, 4].map((number) => pool.ask(number)))
  console.log(answers.map(({ answer }) => answer).join(' '), '· watchdogs:', [...new Set(answers.map(({ state }) => state))].join(', '))
  pool.end()
}

if (isMainThread) main()
else work()
