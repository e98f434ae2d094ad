'use strict'

// The addon's side of the twin: each in a process of its own, whose state before and after is compared.

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const leakguard = require('leakguard')
const { cgroupFor } = require('./support/cgroup.js')
const { root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { mounted } = require('./support/mount.js')

const skip = process.platform !== 'linux' && 'Linux alone'

// What every program begins with. `slow` keeps the twin asleep for a while before it works.
const HEAD = `
  const fs = require('node:fs')
  const { setTimeout: sleep } = require('node:timers/promises')
  const { capture, started, ended, twin, stubborn } = require('./__test__/support/twin.js')
  const doze = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  const slow = (ms) => ({ work: (path) => (doze(ms), capture(path)) })
  const tell = (value) => fs.writeSync(1, JSON.stringify(value) + '\\n')
  const twins = () => fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim().split(' ').filter(Boolean).map(Number)
  const nameOf = (pid) => { try { return fs.readFileSync('/proc/' + pid + '/comm', 'utf8').trim() } catch { return 'gone' } }
  const here = async (found) => { while (!found()) await sleep(2) }
`

/** Starts a program; `lines` waits for that many of its answers. */
function run(t, body, { args = [], inside = ([command, ...rest]) => [command, rest], ...options } = {}) {
  const command = [process.execPath, ...args, '-e', `${HEAD};(async () => {${body}})()`]
  const child = spawn(...inside(command), { cwd: root, ...options })
  t.after(() => child.kill('SIGKILL'))
  const all = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (all.out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (all.err += text))
  const closed = once(child, 'close')
  const told = () => all.out.split('\n').filter(Boolean).map((line) => JSON.parse(line))
  return {
    child,
    all,
    closed,
    async answer(count = 1) {
      while (told().length < count) {
        if (child.exitCode !== null || child.signalCode !== null) {
          await closed
          if (told().length >= count) break
          assert.fail(`ended with ${child.exitCode ?? child.signalCode}: ${all.err}`)
        }
        await sleep(5)
      }
      return told()[count - 1]
    },
  }
}

async function asked(t, body, options) {
  const program = run(t, body, options)
  const answer = await program.answer()
  assert.equal(program.all.err, '')
  const [code] = await program.closed
  assert.equal(code, 0)
  return answer
}

const alive = (pid) => fs.existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
const gone = async (pid) => {
  while (alive(pid)) await sleep(5)
}

test('a file: whole, flushed, and analysed like any other', { skip }, async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  const outcome = await asked(t, `
    globalThis.kept = Array.from({ length: 30000 }, (_, at) => ({ at }))
    const fd = fs.openSync(${JSON.stringify(path)}, 'wx', 0o600)
    fs.writeSync(fd, 'what an earlier twin left')
    tell(await stubborn({ sink: { kind: 'file', fd } }))`)
  assert.equal(outcome.failure, undefined)
  assert.equal(outcome.bytes, fs.statSync(path).size)
  assert.equal(outcome.written, outcome.bytes)
  assert.ok(outcome.forkMs > 0 && outcome.heldMs >= outcome.forkMs && outcome.durationMs > outcome.forkMs)
  assert.ok(outcome.twinPeakBytes > 1 << 20)
  const report = await leakguard.analyze(path)
  assert.ok(report.nodeCount > 30000)
})

for (const compress of ['gzip', 'zstd']) {
  test(`${compress}: the analysis reads it`, { skip }, async (t) => {
    const path = join(folderFor(t), 'a.heapsnapshot')
    const outcome = await asked(t, `
      const fd = fs.openSync(${JSON.stringify(path)}, 'wx', 0o600)
      tell(await stubborn({ sink: { kind: 'file', fd, compress: '${compress}' } }))`)
    assert.equal(outcome.failure, undefined)
    assert.equal(outcome.written, fs.statSync(path).size)
    assert.ok(outcome.written < outcome.bytes / 2)
    assert.ok((await leakguard.analyze(path)).nodeCount > 1000)
  })
}

test('an analysis inside the twin: only the report leaves', { skip }, async (t) => {
  const outcome = await asked(t, `
    const cache = []
    globalThis.look = () => cache.length
    for (let at = 0; at < 40000; at++) cache.push({ at, text: 'session ' + at })
    tell(await stubborn({ sink: { kind: 'analyze', task: { options: { top: 5 } }, readScripts: false } }))`)
  assert.equal(outcome.failure, undefined)
  const report = JSON.parse(outcome.report)
  assert.equal(report.suspects.length > 0, true)
  assert.match(JSON.stringify(report.suspects[0]), /cache/)
})

test('a pipe: a slow reader is waited for, and gets every byte', { skip }, async (t) => {
  const outcome = await asked(t, `
    globalThis.kept = Array.from({ length: 60000 }, (_, at) => ({ at }))
    const { job, pipe } = await started({ sink: { kind: 'pipe' }, stallMs: 300 })
    const socket = new (require('node:net').Socket)({ fd: pipe, readable: true, writable: false })
    let bytes = 0
    let text = ''
    for await (const chunk of socket) {
      if (bytes === 0) await sleep(1500)
      bytes += chunk.length
      text = chunk.toString('latin1').slice(-2)
    }
    tell({ ...(await ended(job)), read: bytes, text })`)
  assert.equal(outcome.failure, undefined)
  assert.equal(outcome.read, outcome.bytes)
  assert.equal(outcome.text.trim().at(-1), '}')
})

test('a reader that goes away ends the twin with EPIPE', { skip }, async (t) => {
  const { failure } = await asked(t, `
    const { job, pipe } = await started({ sink: { kind: 'pipe' } })
    fs.closeSync(pipe)
    tell(await ended(job))`)
  assert.deepEqual([failure.code, failure.kind, failure.errno, failure.retry], ['ERR_LEAKGUARD_IO', 'sink', 'EPIPE', false])
})

test('nothing is left in the parent', { skip }, async (t) => {
  const { before, after, outcomes } = await asked(t, `
    globalThis.kept = Array.from({ length: 100000 }, (_, at) => ({ at }))
    const status = (key) => fs.readFileSync('/proc/self/status', 'utf8').match(new RegExp(key + ':\\\\s*(.*)'))[1]
    const marks = () => {
      let marked = 0, all = 0
      for (const part of fs.readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
        const bytes = Number(/^Size:\\s*(\\d+)/m.exec(part)?.[1] ?? 0)
        all += bytes
        if (/^VmFlags:.* dc\\b/m.test(part)) marked += bytes
      }
      return { marked, all }
    }
    const state = () => ({
      fds: fs.readdirSync('/proc/self/fd').length, threads: fs.readdirSync('/proc/self/task').length,
      children: twins().length, caught: status('SigCgt'), ignored: status('SigIgn'), blocked: status('SigBlk'),
      handles: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').sort(),
    })
    await twin({ sink: { kind: 'analyze' } }) // what is made once: the addon's own first mappings
    await sleep(300)
    const before = { ...state(), ...marks() }
    const outcomes = []
    for (let turn = 0; turn < 5; turn++) outcomes.push((await stubborn({ sink: { kind: 'analyze' } })).failure ?? 'done')
    // A thread of ours may need a moment to wind down.
    const { marked, all, ...rest } = before
    for (let look = 0; look < 1000 && JSON.stringify(state()) !== JSON.stringify(rest); look++) await sleep(20)
    tell({ before, after: { ...state(), ...marks() }, outcomes })`)
  assert.deepEqual(outcomes, new Array(5).fill('done'))
  const { marked, all, ...rest } = after
  const { marked: markedBefore, all: allBefore, ...restBefore } = before
  assert.deepEqual(rest, restBefore)
  assert.ok(markedBefore > 4096, 'V8 keeps its heap out of forks')
  // The heap itself moves a little: in kB.
  assert.ok(Math.abs(marked - markedBefore) < 0.05 * markedBefore, `${marked} kB are kept out of forks, were ${markedBefore}`)
  // Another thread's arena of malloc has 64 MB: fewer than five twins would leave.
  assert.ok(all - allBefore < 3 * (64 << 10), `${all} kB are mapped, were ${allBefore}`)
})

test('what throws in the twin is told', { skip }, async (t) => {
  const { failure } = await asked(t, `
    tell(await twin({ sink: { kind: 'analyze' } }, { work: () => { throw new TypeError('no such luck') } }))`)
  assert.equal(failure.code, 'ERR_LEAKGUARD_TWIN')
  assert.equal(failure.kind, 'capture')
  assert.match(failure.message, /no such luck/)
  assert.equal(failure.retry, false)
})

test('what is written is checked where that is asked for: nonsense is told, and worth another twin', { skip }, async (t) => {
  const file = join(folderFor(t), 'a.heapsnapshot')
  const { answer } = run(t, `
    const fd = fs.openSync('${file}', 'w', 0o600)
    const sink = { kind: 'file', fd }
    const half = (path) => {
      capture('${file}.whole')
      const whole = fs.readFileSync('${file}.whole', 'latin1')
      const at = whole.indexOf('"edges":[') + 9
      fs.writeFileSync(path, whole.slice(0, at) + whole.slice(at).replace(/(?<=^\\s*\\d+,\\d+,)\\d+/, '1107433776'))
    }
    const { failure } = await twin({ sink, check: true }, { work: half })
    const unchecked = await twin({ sink }, { work: half })
    const right = await twin({ sink, check: true })
    tell({ failure, unchecked: unchecked.failure, right: right.failure, bytes: right.bytes, written: right.written })
  `)
  const { failure, unchecked, right, bytes, written } = await answer()
  assert.deepEqual([failure.code, failure.kind, failure.retry], ['ERR_LEAKGUARD_PARSE', 'sink', true])
  assert.match(failure.message, /target 1107433776 is not the start of one of the \d+ nodes/)
  assert.ok(failure.byte > 0)
  assert.deepEqual([unchecked, right], [undefined, undefined])
  assert.ok(written > 0 && written === bytes)
  assert.equal(fs.statSync(file).size, written)
})

test('a full disk is told', { skip }, async (t) => {
  const folder = mounted(t, 'size=1m')
  if (!folder) return
  const { failure } = await asked(t, `
    const fd = fs.openSync(${JSON.stringify(join(folder, 'a'))}, 'wx', 0o600)
    tell(await stubborn({ sink: { kind: 'file', fd } }))`)
  assert.deepEqual([failure.code, failure.errno, failure.retry], ['ERR_LEAKGUARD_IO', 'ENOSPC', false])
})

test('killed half-way: told, and the parent lives', { skip }, async (t) => {
  const { failure, left } = await asked(t, `
    const { job } = await started({ sink: { kind: 'analyze' } }, slow(60000))
    await here(() => nameOf(twins()[0]) === 'leakguard-twin')
    process.kill(twins()[0], 'SIGKILL')
    const outcome = await ended(job)
    tell({ ...outcome, left: twins() })`)
  assert.deepEqual([failure.code, failure.kind, failure.retry], ['ERR_LEAKGUARD_TWIN', 'killed', false])
  assert.match(failure.message, /SIGKILL/)
  assert.deepEqual(left, [])
})

test('a twin that sleeps without end is ended', { skip }, async (t) => {
  const { failure } = await asked(t, `
    tell(await twin({ sink: { kind: 'analyze' }, stallMs: 300 }, slow(60000)))`)
  assert.deepEqual([failure.code, failure.kind, failure.retry], ['ERR_LEAKGUARD_TWIN', 'stalled', true])
})

test('a twin that works in silence is not', { skip }, async (t) => {
  const { failure } = await asked(t, `
    const busy = (path) => { for (const end = Date.now() + 1500; Date.now() < end; ); capture(path) }
    tell(await stubborn({ sink: { kind: 'analyze' }, stallMs: 300 }, { work: busy }))`)
  assert.equal(failure, undefined)
})

test('cancelled: ended soon', { skip }, async (t) => {
  const { failure, left, took } = await asked(t, `
    const { job } = await started({ sink: { kind: 'analyze' } }, slow(60000))
    const start = Date.now()
    job.cancel()
    const outcome = await ended(job)
    tell({ ...outcome, left: twins(), took: Date.now() - start })`)
  assert.deepEqual([failure.code, failure.kind], ['ERR_LEAKGUARD_CANCELLED', 'cancelled'])
  assert.deepEqual(left, [])
  assert.ok(took < 30000, `${took} ms`)
})

test('a job that is collected takes its twin along', { skip }, async (t) => {
  await asked(t, `
    await (async () => { await started({ sink: { kind: 'analyze' } }, slow(60000)) })()
    while (twins().length > 0) { gc(); await sleep(20) }
    tell('gone')`, { args: ['--expose-gc'] })
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} to the process group: the app's handler runs once, the twin goes on`, { skip }, async (t) => {
    const program = run(t, `
      let times = 0
      process.on('${signal}', () => times++)
      const { job } = await started({ sink: { kind: 'analyze' } }, slow(1000))
      tell(twins())
      const outcome = await ended(job)
      await here(() => times > 0)
      await sleep(100)
      tell({ failure: outcome.failure, times })`, { detached: true })
    await program.answer()
    await sleep(200)
    process.kill(-program.child.pid, signal)
    assert.deepEqual(await program.answer(2), { times: 1 })
  })

  test(`${signal} to the process group of an app without a handler: both end`, { skip }, async (t) => {
    const program = run(t, `
      await started({ sink: { kind: 'analyze' } }, slow(60000))
      tell(twins()[0])
      setInterval(() => {}, 1000)`, { detached: true })
    const twin = await program.answer()
    process.kill(-program.child.pid, signal)
    assert.deepEqual(await program.closed, [null, signal])
    await gone(twin)
  })
}

test('the twin goes when the parent is killed, and when it exits', { skip }, async (t) => {
  for (const end of ["process.kill(process.pid, 'SIGKILL')", 'process.exit(0)', "throw new Error('uncaught')"]) {
    const program = run(t, `
      await started({ sink: { kind: 'analyze' } }, slow(60000))
      tell(twins()[0])
      setTimeout(() => { ${end} }, 100)`)
    await gone(await program.answer())
    await program.closed
  }
})

test('from a worker thread: its own heap; and the twin goes when the worker ends', { skip }, async (t) => {
  const answer = await asked(t, `
    const { Worker } = require('node:worker_threads')
    const worker = (body) => new Worker(${JSON.stringify(HEAD)} + ';const { parentPort } = require("node:worker_threads");(async () => {' + body + '})()', { eval: true })
    const first = worker('globalThis.kept = class OfTheWorker { list = new Array(99999).fill(0) }; globalThis.one = new kept(); parentPort.postMessage(await stubborn({ sink: { kind: "analyze" } }))')
    const [outcome] = await require('node:events').once(first, 'message')
    const second = worker('await started({ sink: { kind: "analyze" } }, slow(60000)); parentPort.postMessage("on its way")')
    await require('node:events').once(second, 'message')
    const childrenOf = (id) => { try { return fs.readFileSync('/proc/self/task/' + id + '/children', 'utf8').trim().split(' ') } catch { return [] } } // a thread may have ended
    const [pid] = fs.readdirSync('/proc/self/task').flatMap(childrenOf).filter(Boolean)
    await second.terminate()
    while (nameOf(pid) === 'leakguard-twin') await sleep(5)
    const again = await stubborn({ sink: { kind: 'analyze' } })
    tell({ failure: outcome.failure, named: outcome.report.includes('OfTheWorker'), again: again.failure })`)
  assert.deepEqual(answer, { named: true })
})

test('one twin at a time', { skip }, async (t) => {
  const { states, failures } = await asked(t, `
    const first = await started({ sink: { kind: 'analyze' } }, slow(60000))
    const second = new (require('./binding.js').TwinJob)(JSON.stringify({ sink: { kind: 'analyze' } }))
    const states = [second.start(capture).state]
    first.job.cancel()
    const failures = [(await ended(first.job)).failure.kind]
    while (states.at(-1) !== 'started') { await sleep(2); states.push(second.start(capture).state) }
    second.cancel()
    failures.push((await ended(second)).failure.kind)
    tell({ states, failures })`)
  assert.deepEqual([states[0], states.at(-1)], ['occupied', 'started'])
  assert.deepEqual(failures, ['cancelled', 'cancelled'])
})

test('what the parent closes is closed: peers see the end, ports are free', { skip }, async (t) => {
  const answer = await asked(t, `
    const net = require('node:net')
    const { once } = require('node:events')
    const sockets = []
    const server = net.createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address()
    const client = net.connect(port, '127.0.0.1')
    await once(client, 'connect')
    await here(() => sockets.length === 1)
    const { job } = await started({ sink: { kind: 'analyze' } }, slow(60000))
    await here(() => nameOf(twins()[0]) === 'leakguard-twin')
    await sleep(200)
    const pid = twins()[0]
    const held = fs.readdirSync('/proc/' + pid + '/fd').map((fd) => fs.readlinkSync('/proc/' + pid + '/fd/' + fd).replace(/:?\\[.*/, ''))
    sockets[0].destroy()
    await once(client.resume(), 'close')
    server.close()
    await once(server, 'close')
    const again = net.createServer().listen(port, '127.0.0.1')
    await once(again, 'listening')
    again.close()
    const twinLives = nameOf(pid) === 'leakguard-twin'
    job.cancel()
    await ended(job)
    tell({ twinLives, held: [...new Set(held)].sort() })`)
  assert.equal(answer.twinLives, true)
  assert.deepEqual(answer.held, ['/dev/null', 'anon_inode', 'pipe'])
})

test('the twin is ended before memory runs out', { skip }, async (t) => {
  const { failure } = await asked(t, `
    tell(await twin({ sink: { kind: 'analyze' }, reserveBytes: 2 ** 50 }, slow(60000)))`)
  assert.deepEqual([failure.code, failure.kind, failure.retry], ['ERR_LEAKGUARD_HEADROOM', 'headroom', false])
  assert.match(failure.message, /MiB of \d+ MiB left/)
})

test('in a cgroup with a limit just above the heap, the twin is ended and the app lives', { skip }, async (t) => {
  const group = cgroupFor(t, 300 << 20)
  if (!group) return
  const answer = await asked(t, `
    globalThis.kept = Array.from({ length: 700000 }, (_, at) => ({ at, list: [at] }))
    const { readMachine } = require('./binding.js')
    const { cgroup } = readMachine()
    tell({ cgroup, ...(await twin({ sink: { kind: 'analyze' } })) })`, { inside: group.run })
  assert.equal(answer.cgroup.path, group.path)
  assert.equal(answer.cgroup.limit, 300 << 20)
  assert.equal(answer.cgroup.headroom, answer.cgroup.limit - answer.cgroup.current + answer.cgroup.reclaimable)
  assert.equal(answer.failure?.code, 'ERR_LEAKGUARD_HEADROOM')
  assert.match(answer.failure.message, /the cgroup.* 300 MiB/)
})

test('a fork that the system refuses is told, and the marks are back', { skip: skip || (process.getuid() !== 0 && 'needs to change users') }, async (t) => {
  const answer = await asked(t, `
    const { execFileSync } = require('node:child_process')
    const { TwinJob } = require('./binding.js')
    const job = new TwinJob(JSON.stringify({ sink: { kind: 'analyze' } }))
    job.start(capture)
    await sleep(100)
    try { execFileSync('prlimit', ['--pid', process.pid, '--nproc=1']) } catch { tell('no prlimit'); process.exit() }
    process.setuid(65534)
    const marked = () => (fs.readFileSync('/proc/self/smaps', 'utf8').match(/^VmFlags:.* dc\\b/gm) ?? []).length
    const before = marked()
    let answer
    do { await sleep(2); answer = job.start(capture) } while (answer.state === 'busy')
    tell({ ...answer, kept: marked() > before * 0.8 })`)
  if (answer === 'no prlimit') return t.skip(answer)
  assert.equal(answer.state, 'failed')
  assert.deepEqual([answer.failure.code, answer.failure.kind, answer.failure.errno], ['ERR_LEAKGUARD_TWIN', 'refused', 'EAGAIN'])
  assert.equal(answer.kept, true)
})

for (const args of [['--jitless'], ['--max-old-space-size=64'], ['--v8-pool-size=0'], ['--v8-pool-size=1'], ['--single-threaded'], ['--cpu-prof', '--cpu-prof-dir=/dev/shm'], ['--inspect=0']]) {
  test(`under ${args[0]}`, { skip }, async (t) => {
    const program = run(t, `
      globalThis.kept = Array.from({ length: 50000 }, (_, at) => ({ at }))
      tell(await stubborn({ sink: { kind: 'analyze' } }))
      process.kill(process.pid, 'SIGKILL')`, { args })
    const outcome = await program.answer()
    assert.equal(outcome.failure, undefined)
    assert.ok(JSON.parse(outcome.report).nodeCount > 50000)
  })
}

test('options that are none are refused', { skip }, () => {
  const { TwinJob } = require('../binding.js')
  for (const options of ['', '{}', '{"sink":{"kind":"cloud"}}', '{"sink":{"kind":"pipe"},"stall":1}']) {
    assert.throws(() => new TwinJob(options), Error)
  }
})

test('the machine is read', { skip }, () => {
  const { readMachine, twinUnsupported } = require('../binding.js')
  const { memory, disk, process: own } = readMachine(root)
  assert.ok(memory.total > memory.available && disk.total >= disk.available)
  assert.ok(own.rss >= own.anonymous && own.peak > 0)
  assert.equal(readMachine().disk, undefined)
  assert.equal(readMachine('/no/such/folder').disk, undefined)
  assert.equal(twinUnsupported(), null)
})
