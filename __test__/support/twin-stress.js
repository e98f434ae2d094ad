'use strict'

// node twin-stress.js TWINS [FILE]: twins of a process under load. Prints one line of JSON: what became of them, and of the app.
// Ends with 1 where a twin failed in spite of its retries, or the app was harmed.
// The load: allocation and garbage on the main thread, two busy worker threads, file system and crypto on libuv's pool,
// WebAssembly compiled again and again, an HTTP server under traffic, child processes.

const { Worker, isMainThread } = require('node:worker_threads')

if (isMainThread) main(Number(process.argv[2] ?? 10)).catch((error) => process.exit((console.error(error), 1)))
else allocateForEver()

function allocateForEver() {
  for (let kept = []; ; kept = kept.length > 2000 ? [] : kept) {
    kept.push({ text: 'x'.repeat(kept.length % 50), list: new Array(20).fill(kept.length) })
  }
}

async function main(count) {
  const fs = require('node:fs')
  const { stubborn } = require('./twin.js')
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const file = process.argv[3]
  const load = startLoad()
  await load.warm
  const state = () => ({ fds: fs.readdirSync('/proc/self/fd').length, threads: fs.readdirSync('/proc/self/task').length })
  const before = state()
  const totals = { node: process.version, twins: 0, failed: [], accidents: [], asked: {}, forkMs: [], heldMs: [], peakMiB: 0 }
  for (let done = 0; done < count; done++) {
    const fd = file === undefined ? undefined : fs.openSync(file, 'w', 0o600)
    const sink = fd === undefined ? { kind: 'analyze' } : { kind: 'file', fd }
    const outcome = await stubborn({ sink, check: true, stallMs: Number(process.env.STALL ?? 4000) }, { patience: 10_000 })
    if (fd !== undefined) fs.closeSync(fd)
    if (outcome.failure) totals.failed.push(outcome.failure.message)
    else totals.twins++
    totals.accidents.push(...outcome.accidents.map((accident) => accident.message))
    for (const [answer, times] of Object.entries(outcome.asked)) totals.asked[answer] = (totals.asked[answer] ?? 0) + times
    totals.forkMs.push(outcome.forkMs)
    totals.heldMs.push(outcome.heldMs)
    totals.peakMiB = Math.max(totals.peakMiB, Math.round(outcome.twinPeakBytes / 2 ** 20))
  }
  // A thread of ours may need a moment to wind down; a child of the load's is one descriptor or two while it starts.
  const most = before.fds + Math.max(20, count / 2) // one for each twin would be more
  for (let look = 0; look < 500 && (state().threads !== before.threads || state().fds > most); look++) await sleep(20)
  const after = state()
  const { requests, refused, spawned, worstGapMs } = await load.stop()
  const children = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim()
  const worst = (list) => Number(Math.max(...list).toFixed(1))
  const median = (list) => Number(list.sort((a, b) => a - b)[list.length >> 1].toFixed(1))
  const forkMs = { median: median(totals.forkMs), worst: worst(totals.forkMs) }
  const heldMs = { median: median(totals.heldMs), worst: worst(totals.heldMs) }
  console.log(JSON.stringify({ ...totals, forkMs, heldMs, before, after, children, requests, refused, spawned, worstGapMs }))
  const harmed = totals.failed.length > 0 || refused.length > 0 || children !== '' || after.threads !== before.threads || after.fds > most
  process.exit(harmed ? 1 : 0)
}

function startLoad() {
  const http = require('node:http')
  const fs = require('node:fs')
  const crypto = require('node:crypto')
  const { spawn } = require('node:child_process')
  const tally = { requests: 0, refused: [], spawned: 0, worstGapMs: 0 }
  let running = true
  globalThis.kept = Array.from({ length: 30_000 }, (_, at) => ({ at, name: `kept ${at}` }))
  const workers = [new Worker(__filename), new Worker(__filename)]
  const server = http.createServer((request, response) => {
    const rows = Array.from({ length: 300 }, (_, at) => ({ at, text: `row ${at}` }))
    response.end(JSON.stringify(rows))
  })
  server.keepAliveTimeout = 0 // a stall of the machine is no reason to hang up on those who wait
  const ready = new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const again = (action, pause) => {
    const turn = async () => {
      while (running) {
        await action()
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
    return turn()
  }
  const agent = new http.Agent({ keepAlive: true })
  const request = (options) =>
    new Promise((resolve) => {
      const sent = http.get({ port: server.address().port, host: '127.0.0.1', ...options }, (response) => {
        let bytes = 0
        response.on('data', (chunk) => (bytes += chunk.length))
        response.on('end', () => resolve(bytes > 5000 ? tally.requests++ : tally.refused.push(`${bytes} bytes`)))
      })
      sent.on('error', (error) => resolve(tally.refused.push(error.message)))
    })
  let last = performance.now()
  const loops = ready.then(() => [
    again(() => request({ agent }), 2),
    again(() => request({ agent: false }), 5),
    again(() => new Promise((resolve) => crypto.pbkdf2('a', 'b', 2000, 32, 'sha256', resolve)), 1),
    again(() => fs.promises.readFile(__filename), 1),
    again(() => WebAssembly.compile(wasm()), 3),
    again(() => new Promise((resolve) => spawn('true').on('exit', (code) => resolve((tally.spawned += code === 0)))), 50),
    again(async () => {
      globalThis.garbage = Array.from({ length: 20_000 }, (_, at) => ({ at, list: [at, at + 1] }))
    }, 4),
    again(async () => {
      tally.worstGapMs = Math.max(tally.worstGapMs, Math.round(performance.now() - last))
      last = performance.now()
    }, 1),
  ])
  return {
    /** When every kind of load has begun, so that all threads are there. */
    warm: (async () => {
      await ready
      while (tally.requests < 20 || tally.spawned === 0) await new Promise((resolve) => setTimeout(resolve, 50))
      await new Promise((resolve) => setTimeout(resolve, 500))
    })(),
    async stop() {
      running = false
      await Promise.all(await loops)
      server.close()
      for (const worker of workers) await worker.terminate()
      return tally
    },
  }
}

/** A module of many functions, so that compiling it takes V8's workers a while. */
function wasm() {
  const count = 400
  const body = [0x0b, 0x00, ...Array.from({ length: 4 }, () => [0x41, 0x01]).flat(), 0x6a, 0x6a]
  const code = [...body.slice(2), 0x6a, 0x0b]
  const whole = [code.length + 1, 0x00, ...code]
  const section = (id, bytes) => [id, ...leb(bytes.length), ...bytes]
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 0, 1, 0x7f]),
    ...section(3, [...leb(count), ...new Array(count).fill(0)]),
    ...section(10, [...leb(count), ...Array.from({ length: count }, () => whole).flat()]),
  ])
}

function leb(number) {
  return number < 128 ? [number] : [(number & 127) | 128, ...leb(number >> 7)]
}
