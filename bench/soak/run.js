'use strict'

// node bench/soak/run.js [--minutes 60] [--page soak.html] [--every 60]
// A server with every part of leakguard on, under load for so long: a capture every so many seconds (each third one's twin is killed, each
// fifth goes to a disk that is full), workers that come and go. What lives after a collection, resident memory, descriptors and threads have
// to stay flat, no request may fail, nothing may be accused. Ends with 1 where that is not so. The page is one file.

const { fork } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { parseArgs } = require('node:util')
const { detect } = require('../..')
const { lineChart } = require('../../lib/report/html/chart.js')
const { element } = require('../../lib/report/html/element.js')
const { pageOf } = require('../../lib/report/html/page.js')
const { rowsOf } = require('../../lib/report/html/rows.js')
const { bytes } = require('../../lib/report/words.js')
const { mounted } = require('../../__test__/support/mount.js')

const { values: options } = parseArgs({ options: { minutes: { type: 'string', default: '60' }, page: { type: 'string', default: 'soak.html' }, every: { type: 'string', default: '60' } } })
const CLIENTS = 4
const PAUSE_MS = 10
const READING_MS = 10_000
/** What may come and go between two readings: connections, a worker that starts, a file that is read. */
const SLACK = 12
/** Resident memory that is no growth: what V8 and malloc keep for later, which depends on when they last had much to do. */
const SLACK_BYTES = 16 << 20

async function main() {
  const undo = []
  const folder = fs.mkdtempSync(join(os.tmpdir(), 'leakguard-soak-'))
  const small = mounted({ after: (work) => undo.push(work), skip: (why) => console.error(`no full disk in this run: ${why}`) }, 'size=1m') ?? join(folder, 'heaps')
  const server = fork(join(__dirname, 'server.js'), [folder, small], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const told = { leaks: [], errors: [] }
  server.on('message', ({ leak, error }) => (leak ? told.leaks.push(leak) : error && told.errors.push(error)))
  const [{ port }] = await once(server, 'message')
  const end = Date.now() + Number(options.minutes) * 60_000
  const load = { answered: 0, failed: [] }
  const clients = Array.from({ length: CLIENTS }, () => keepAsking(port, end, load))
  const captures = { whole: 0, killed: 0, full: 0, wrong: [] }
  const readings = []
  let due = Date.now()
  for (let nth = 1; Date.now() < end; ) {
    readings.push(await reading(port, server.pid))
    if (Date.now() >= due) {
      await capture(port, server.pid, nth++, captures)
      due += Number(options.every) * 1000
    }
    await sleep(Math.min(READING_MS, Math.max(end - Date.now(), 0)))
  }
  await Promise.all(clients)
  readings.push(await reading(port, server.pid))
  server.disconnect()
  await once(server, 'exit')
  for (const work of undo) work()
  fs.rmSync(folder, { recursive: true, force: true })
  report({ readings, captures, load, told })
}

async function keepAsking(port, end, load) {
  const agent = new http.Agent({ keepAlive: true })
  while (Date.now() < end) {
    try {
      await asked(port, 'GET', '/', { agent })
      load.answered++
    } catch (error) {
      load.failed.push(error.message)
    }
    await sleep(PAUSE_MS)
  }
  agent.destroy()
}

/** A capture, and what becomes of it: whole, its twin killed (made again, or told), or a full disk (told). */
async function capture(port, pid, nth, captures) {
  const full = nth % 5 === 0
  const killed = !full && nth % 3 === 0
  let at = true
  const killer = killed && (async () => {
    while (at && !killTwin(pid)) await sleep(5)
  })()
  const answer = await asked(port, 'POST', `/heap/snapshot?to=${full ? 'folder' : 'client'}${full ? '' : '&compress=zstd'}`).catch((error) => ({ error }))
  at = false
  await killer
  if (full && answer.status === 200) fs.rmSync(JSON.parse(answer.text).path ?? '', { force: true })
  if (full && (answer.status === 200 || answer.status >= 500)) captures.full++
  else if (killed && (answer.error || answer.status !== 200)) captures.killed++
  else if (answer.status === 200) captures.whole++
  else captures.wrong.push(answer.error?.message ?? `${answer.status} ${answer.text.slice(0, 200)}`)
}

function killTwin(pid) {
  for (const child of fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)) {
    try {
      if (!fs.readFileSync(`/proc/${child}/comm`, 'utf8').startsWith('leakguard')) continue
      process.kill(Number(child), 'SIGKILL')
      return true
    } catch {
      // It has just ended.
    }
  }
  return false
}

async function reading(port, pid) {
  await asked(port, 'POST', '/heap/gc')
  const { sample } = JSON.parse((await asked(port, 'GET', '/heap/stats')).text)
  return {
    time: sample.time,
    heapUsed: sample.heapUsed,
    external: sample.external,
    rss: sample.rss,
    fds: fs.readdirSync(`/proc/${pid}/fd`).length,
    threads: fs.readdirSync(`/proc/${pid}/task`).length,
    markCompact: true,
  }
}

async function asked(port, method, path, extra) {
  const request = http.request({ port, host: '127.0.0.1', method, path, headers: { 'X-Leakguard': '1' }, ...extra }).end()
  const [response] = await once(request, 'response')
  const chunks = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, text: Buffer.concat(chunks).toString() }
}

function report({ readings, captures, load, told }) {
  const later = readings.slice(Math.floor(readings.length / 4)) // what is loaded and compiled late is no leak
  const halves = [later.slice(0, later.length >> 1), later.slice(later.length >> 1)]
  const verdict = detect(later)
  const checks = [
    ['what lives does not grow', !verdict.leak, `${verdict.state}: ${verdict.reason}`],
    flat('resident memory is flat', halves, 'rss', SLACK_BYTES, bytes),
    flat('descriptors are flat', halves, 'fds', SLACK, String),
    flat('threads are flat', halves, 'threads', SLACK, String),
    ['no request failed', load.failed.length === 0, `${load.answered} answered, ${load.failed.length} failed ${load.failed[0] ?? ''}`],
    ['captures came to their ends', captures.wrong.length === 0, `${captures.whole} whole, ${captures.killed} killed and told, ${captures.full} on a small disk, ${captures.wrong.length} otherwise ${captures.wrong[0] ?? ''}`],
    ['nothing was accused', told.leaks.length === 0, told.leaks[0] ?? ''],
    ['the watchdog had no failure of its own', told.errors.length === 0, told.errors[0] ?? ''],
  ]
  const passed = checks.every(([, right]) => right)
  for (const [what, right, words] of checks) console.log(`${right ? 'yes' : 'NO '}  ${what}: ${words}`)
  const points = (field) => readings.map((row) => [row.time, row[field]])
  const time = (ms) => `${Math.round(ms / 60_000)} min`
  const columns = [{ title: 'what', value: ([what]) => what, text: true }, { title: 'so', value: ([, right]) => (right ? 'yes' : 'NO'), text: true }, { title: 'figures', value: ([, , words]) => words, text: true }]
  const lines = [
    { name: 'live heap, after a collection', tone: 'accent', points: points('heapUsed') },
    { name: 'external', tone: 'violet', points: points('external') },
    { name: 'RSS', tone: 'blue', points: points('rss'), dash: true },
  ]
  fs.writeFileSync(options.page, pageOf(`Soak: ${passed ? 'flat' : 'not flat'}`, [
    element('h1', {}, `${options.minutes} minutes with everything on: ${passed ? 'flat' : 'not flat'}`),
    element('p', { class: 'dim' }, `Node ${process.version}, ${os.cpus().length} cores, ${new Date().toISOString().slice(0, 10)}`),
    rowsOf(columns, checks),
    lineChart('Memory', lines, { words: bytes, time }),
    lineChart('Descriptors and threads', [{ name: 'descriptors', tone: 'amber', points: points('fds') }, { name: 'threads', tone: 'blue', points: points('threads') }], { words: Math.round, time }),
  ]))
  process.exitCode = passed ? 0 : 1
}

/** The check of one field: what it comes down to now and then is not higher later. */
function flat(what, halves, field, slack, words) {
  const values = halves.map((rows) => rows.map((row) => row[field]))
  const [earlier, later] = values.map((half) => Math.min(...half))
  const [first, second] = values.map((half) => `${words(Math.min(...half))} to ${words(Math.max(...half))}`)
  return [what, later <= earlier + slack, `${first} in the first half, ${second} in the second`]
}

main()
