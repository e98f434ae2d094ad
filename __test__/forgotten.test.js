'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

/** An app that forgets what it adds at each request, four times over; each place has its mark. */
const APP = `
const { EventEmitter } = require('node:events')
const net = require('node:net')
const leakguard = require(${JSON.stringify(root)})

const controller = new AbortController()
EventEmitter.setMaxListeners(0, controller.signal)
process.setMaxListeners(0)
const server = net.createServer()
let socket

function onShutdown() {
  controller.signal.addEventListener('abort', () => {}) // signal
}
function onData() {
  socket.on('data', function parse() {}) // socket
}
function onHangup() {
  process.on('SIGHUP', () => {}) // process
}
function poll() {
  setInterval(function refresh() {}, 60_000).unref() // interval
}
function request() {
  onShutdown()
  onData()
  onHangup()
  poll()
}
server.listen(0, () => {
  socket = net.connect(server.address().port).setMaxListeners(0)
  socket.on('connect', () => run())
})
`

const place = (mark) => APP.split('\n').findIndex((text) => text.endsWith(`// ${mark}`)) + 1
const PLACES = ['signal', 'socket', 'process', 'interval']

async function run(t, program) {
  const file = join(folderFor(t), 'forgetful.js')
  fs.writeFileSync(file, APP + program)
  const { code, stdout, stderr } = await node([file])
  assert.equal(code, 0, stderr)
  return { file, ...JSON.parse(stdout) }
}

test('a forgetful app, in the reports: each place by file and line', async (t) => {
  const found = await run(t, `
    function run() {
      const listeners = leakguard.trackListeners(), timers = leakguard.trackTimers()
      for (let nth = 0; nth < 50; nth++) request()
      process.stdout.write(JSON.stringify({ sites: [...listeners.report().sites, ...timers.report().sites] }))
      process.exitCode = 0
      socket.destroy(); server.close(); process.removeAllListeners('SIGHUP')
    }`)
  const lines = found.sites.filter(({ file, live }) => file === found.file && live === 50).map(({ line }) => line)
  assert.deepEqual(lines.sort(), PLACES.map(place).sort())
})

test('a forgetful app, in the watchdog’s leak events: each place by file and line', async (t) => {
  const found = await run(t, `
    function run() {
      const watchdog = leakguard.watch({ listeners: { sample: 1 }, timers: { sample: 1 }, handles: true, interval: 20, evidence: false })
      const leaks = []
      const suspicions = []
      watchdog.on('suspicion', (verdict) => suspicions.push(verdict))
      watchdog.on('leak', (leak) => leaks.push(leak))
      let turns = 0
      const timer = setInterval(() => {
        request()
        const places = new Set(leaks.flatMap(({ sites }) => sites).filter(Boolean).map(({ line }) => line))
        if (places.size < 4 && ++turns < 20_000) return
        clearInterval(timer)
        watchdog.stop()
        socket.destroy(); server.close(); process.removeAllListeners('SIGHUP')
        process.stdout.write(JSON.stringify({ leaks, suspicions }))
      }, 5)
    }`)
  const leaks = found.leaks.filter(({ kind }) => kind === 'resources')
  for (const mark of PLACES) {
    const [leak] = leaks.filter(({ sites }) => sites[0].file === found.file && sites[0].line === place(mark))
    assert.ok(leak, `${mark}: ${JSON.stringify(leaks.map(({ text }) => text))}`)
    assert.equal(leak.resource, mark === 'interval' ? 'timers' : 'listeners')
    assert.equal(leak.evidence, 'sites')
    assert.ok(leak.growthCount >= 20)
    assert.match(leak.text, new RegExp(`forgetful.js:${place(mark)}\\).* Leak: `))
  }
  assert.deepEqual(new Set(leaks.map(({ fingerprint }) => fingerprint)).size, 4, 'each once')
  assert.ok(found.suspicions.length >= 1)
})

test('a forgetful app, without hooks, from a snapshot: each by the place of what it forgets', async (t) => {
  const found = await run(t, `
    const vm = require('node:vm')
    async function stuck(never) { await never } // waiting
    const kept = []
    const pages = []
    const handlers = []
    const handlerOf = vm.runInThisContext('(function handlerOf(nth) { const body = new Array(250).fill(nth); return function handle() { return body } })', { filename: '/app/handlers.js' })
    async function run() {
      for (let nth = 0; nth < 50; nth++) {
        request()
        stuck(new Promise((resolve) => kept.push(resolve)))
        handlers.push(handlerOf(nth))
        if (nth < 5) pages.push({ context: vm.createContext({}) })
        if (nth < 5) vm.runInContext('function render() { return 1 }', pages[nth].context, { filename: '/app/page.js' })
      }
      const snapshot = __filename + '.heapsnapshot'
      leakguard.writeSnapshotSync(snapshot)
      const { listeners, timers, waiting, contexts, contextCount, closures } = await leakguard.analyze(snapshot)
      socket.destroy(); server.close(); process.removeAllListeners('SIGHUP')
      process.stdout.write(JSON.stringify({ listeners, timers, waiting, contexts, contextCount, closures, kept: [pages, handlers].length }))
    }`)
  const here = ({ location }, mark) => location?.file === found.file && location.line === place(mark)
  const listener = (mark) => found.listeners.find(({ functions }) => here(functions[0], mark))
  const told = ({ type, event, count }) => [type, event, count]
  assert.deepEqual(told(listener('signal')), ['AbortSignal', 'abort', 50])
  assert.deepEqual(told(listener('socket')), ['Socket', 'data', 50])
  assert.equal(listener('socket').functions[0].function, 'parse')
  assert.deepEqual(told(listener('process')), ['process', 'SIGHUP', 50])
  const timer = found.timers.find((row) => here(row, 'interval'))
  assert.deepEqual([timer.type, timer.delay, timer.function, timer.count], ['setInterval', 60_000, 'refresh', 50])
  const [waiting] = found.waiting
  assert.deepEqual([waiting.function, waiting.count, waiting.location.file], ['stuck', 50, found.file])
  // Contexts by what holds them, closures by the file that defines them: here and in another one, not in Node's.
  const [context] = found.contexts
  assert.deepEqual([found.contextCount, context.count, context.script], [5, 5, '/app/page.js'])
  assert.match(context.name, /^pages\[\]\.context/)
  assert.ok(context.retainedSize > 5 * 50_000 && context.path.some(({ edge }) => edge === 'pages'))
  const [handlers, own] = ['/app/handlers.js', found.file].map((file) => found.closures.find((row) => row.file === file))
  assert.deepEqual([handlers.count, handlers.functions[0].function, handlers.functions[0].count], [51, 'handle', 50])
  assert.ok(handlers.retainedSize >= 50 * 2000 && handlers.functions[0].retainedSize >= 50 * 2000)
  assert.ok(own.count >= 100 && own.functions.every(({ location }) => location.file === found.file))
  assert.ok(found.closures.every(({ file }) => !file.startsWith('node:')))
})
