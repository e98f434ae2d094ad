'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const { join } = require('node:path')
const readline = require('node:readline')
const { setTimeout: sleep } = require('node:timers/promises')
const { analyze } = require('leakguard')
const { attach } = require('../lib/attach/inspector.js')
const { Lease } = require('../lib/attach/lease.js')
const { listeningPorts } = require('../lib/attach/listening.js')
const { Session } = require('../lib/attach/session.js')
const { connect } = require('../lib/attach/web-socket.js')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

// Ports are chosen by the system (--inspect-port=0): 9229 may be anybody's.

const linux = process.platform === 'linux'
const cli = (args, options) => node([join(root, 'bin', 'leakguard.js'), ...args], options)

const LEAKY = `
  const leakedArray = []
  globalThis.leak = function leak(n) { leakedArray.push({ n, date: new Date(n), text: 'a text ' + n }) }
  for (let n = 0; n < 8000; n++) leak(n)
  setInterval(() => { for (let n = 0; n < 500; n++) leak(n) }, 10)`

/** The same, and it grows no further. */
const STILL = LEAKY.replace(/setInterval.*/, 'setInterval(() => {}, 1000)')

/** A program that knows nothing of leakguard, when it has said that it is ready. */
async function target(t, source, flags = ['--inspect-port=0']) {
  const file = join(folderFor(t), 'app.mjs')
  fs.writeFileSync(file, `${source}\nconsole.log('ready')`)
  const child = spawn(process.execPath, [...flags, file], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  await once(readline.createInterface({ input: child.stdout }), 'line')
  return child
}

test('a snapshot and a heap profile of a process that knows nothing of leakguard', { skip: !linux }, async (t) => {
  const { pid } = await target(t, LEAKY)
  const folder = folderFor(t)
  const file = join(folder, 'a.heapsnapshot')
  const first = await cli(['snapshot', String(pid), file])
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /a\.heapsnapshot: [\d.]+ MB, in .*, during which the process stood still\.\n$/)
  assert.equal(fs.statSync(file).mode & 0o777, 0o600)
  assert.ok((await analyze(file)).suspects.some(({ name }) => name === 'leakedArray'))
  assert.deepEqual(listeningPorts(pid), [], 'its inspector is closed again')
  // And again, into the working directory.
  const second = await cli(['snapshot', String(pid), '--json'], { cwd: folder })
  assert.equal(second.code, 0, second.stderr)
  const { path, bytes, closed } = JSON.parse(second.stdout)
  assert.equal(closed, true)
  assert.equal(fs.statSync(path).size, bytes)
  assert.match(path, new RegExp(`/leakguard-[^/]*-${pid}\\.heapsnapshot$`))
  const profile = join(folder, 'a.heapprofile')
  const sampled = await cli(['heap-profile', String(pid), profile, '--duration', '1s'])
  assert.equal(sampled.code, 0, sampled.stderr)
  assert.match(sampled.stdout, /alive, by the function[^]* \S+ +\S*app\.mjs:\d/)
  assert.ok(JSON.parse(fs.readFileSync(profile, 'utf8')).samples.length > 0)
  const pprof = join(folder, 'a.pb.gz')
  assert.equal((await cli(['heap-profile', String(pid), pprof, '--duration', '100ms', '--quiet'])).code, 0)
  assert.deepEqual([...fs.readFileSync(pprof).subarray(0, 2)], [0x1f, 0x8b])
  assert.deepEqual(listeningPorts(pid), [])
  assert.equal(fs.readdirSync(folder).length, 4, 'nothing else is left')
  assert.equal(process.kill(pid, 0), true)
})

test('the inspector that is closed ends the session itself: Node dies of a client that goes meanwhile', { skip: !linux }, async (t) => {
  const { pid } = await target(t, 'setInterval(() => {}, 1000)')
  const { write } = net.Socket.prototype
  const sent = t.mock.method(net.Socket.prototype, 'write', write)
  const { session, leave } = await attach(String(pid), 20_000)
  assert.equal(await leave(), true)
  await session.ended
  const frames = sent.mock.calls.map(({ arguments: [bytes] }) => bytes[0])
  assert.deepEqual([frames.includes(0x81), frames.includes(0x88)], [true, false], 'texts, but no close')
  assert.equal(process.kill(pid, 0), true)
})

test('a process that has loaded leakguard takes it itself, by a twin', { skip: !linux }, async (t) => {
  const leakguard = JSON.stringify(join(root, 'index.js'))
  const { pid } = await target(t, `import ${leakguard}; ${STILL}`)
  const folder = folderFor(t)
  const file = join(folder, 'a.heapsnapshot')
  const { code, stdout, stderr } = await cli(['snapshot', String(pid), file])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /by a twin: the process stood still for \d+ ms\.|\(no twin: /)
  assert.equal(fs.statSync(file).mode & 0o777, 0o600)
  assert.ok((await analyze(file)).suspects.some(({ name }) => name === 'leakedArray'))
  const { mode, pid: told, closed } = JSON.parse((await cli(['snapshot', String(pid), file, '--json'])).stdout)
  assert.deepEqual([told, closed], [pid, true])
  assert.notEqual(mode, 'inspector')
  assert.equal(JSON.parse((await cli(['snapshot', String(pid), file, '--inspector', '--json'])).stdout).mode, 'inspector')
  const nowhere = await cli(['snapshot', String(pid), join(folder, 'no', 'a.heapsnapshot')])
  assert.equal(nowhere.code, 3)
  assert.match(nowhere.stderr, /ERR_LEAKGUARD_IO: in the process: /)
  assert.deepEqual(listeningPorts(pid), [], 'its inspector is closed again')
  assert.deepEqual(fs.readdirSync(folder), ['a.heapsnapshot'])
})

test('Ctrl-C ends the capture in the process, too', { skip: !linux }, async (t) => {
  const leakguard = JSON.stringify(join(root, 'index.js'))
  const { pid } = await target(t, `import ${leakguard}; globalThis.kept = Array.from({ length: 200_000 }, (_, n) => ({ n: { n } })); setInterval(() => {}, 1000)`)
  const folder = folderFor(t)
  const taking = spawn(process.execPath, [join(root, 'bin', 'leakguard.js'), 'snapshot', String(pid), join(folder, 'a.heapsnapshot')], { stdio: 'ignore' })
  const ended = once(taking, 'exit')
  while (fs.readdirSync(folder).length === 0 && taking.exitCode === null) await sleep(5)
  taking.kill('SIGINT')
  await ended
  while (fs.readdirSync(folder).some((name) => name !== 'a.heapsnapshot')) await sleep(20)
  assert.equal(process.kill(pid, 0), true, 'it lives')
})

test('of several at once, the last one closes the inspector', { skip: !linux }, async (t) => {
  const { pid } = await target(t, 'setInterval(() => {}, 1000)')
  const [a, b] = await Promise.all([attach(String(pid), 20_000), attach(String(pid), 20_000)])
  const c = await attach(String(pid), 20_000)
  const alive = async ({ session }) => (await session.ask('Runtime.evaluate', { expression: 'process.pid' })).result.value
  for (const one of [a, c]) {
    assert.equal(await one.leave(), true)
    assert.equal(listeningPorts(pid).length, 1)
    assert.equal(await alive(b), pid)
  }
  assert.equal(await b.leave(), true)
  assert.deepEqual(listeningPorts(pid), [])
  // And once more: nothing of the lease is left.
  const again = await attach(String(pid), 20_000)
  assert.equal(await again.leave(), true)
  assert.deepEqual(listeningPorts(pid), [])
  assert.equal(process.kill(pid, 0), true)
})

test('of one that was killed, the process closes its inspector itself; one that was open before stays', { skip: !linux }, async (t) => {
  const { pid, stderr } = await target(t, 'setInterval(() => {}, 1000)', ['--inspect=127.0.0.1:0'])
  const [said] = await once(stderr.setEncoding('utf8'), 'data')
  const session = await Session.open(/ws:\S+/.exec(said)[0])
  assert.equal(await Lease.take(session, { begins: false }), undefined, "it is somebody's")
  const kept = await attach(String(pid), 20_000)
  assert.equal(await kept.leave(), true)
  assert.equal(listeningPorts(pid).length, 1)
  await Lease.take(session, { begins: true, tickMs: 20 })
  await sleep(400)
  assert.equal(listeningPorts(pid).length, 1, 'it is renewed')
  session.close()
  while (listeningPorts(pid).length > 0) await sleep(20)
  assert.equal(process.kill(pid, 0), true)
})

test('Ctrl-C as soon as the inspector is open: it is closed again', { skip: !linux }, async (t) => {
  const { pid } = await target(t, STILL)
  const folder = folderFor(t)
  const taking = spawn(process.execPath, [join(root, 'bin', 'leakguard.js'), 'snapshot', String(pid), join(folder, 'a.heapsnapshot')], { stdio: 'ignore' })
  const ended = once(taking, 'exit')
  while (listeningPorts(pid).length === 0) await sleep(1)
  taking.kill('SIGINT')
  assert.deepEqual(await ended, [3, null])
  assert.deepEqual(listeningPorts(pid), [])
  assert.deepEqual(fs.readdirSync(folder), [])
  assert.equal(process.kill(pid, 0), true)
})

test('a process that runs without a pause: its inspector is closed when it pauses, and is not opened again', { skip: !linux }, async (t) => {
  const program = "console.log('runs'); for (const end = Date.now() + 4000; Date.now() < end; ); setInterval(() => {}, 1000)"
  const { pid } = await target(t, '', ['--inspect-port=0', '-e', program])
  const { code, stderr } = await cli(['snapshot', String(pid), join(folderFor(t), 'a.heapsnapshot')])
  assert.equal(code, 0, stderr)
  await sleep(1000)
  assert.deepEqual(listeningPorts(pid), [])
  assert.equal(process.kill(pid, 0), true)
})

test('a process that is blocked for longer than we wait: its inspector is closed when it opens', { skip: !linux, timeout: 120_000 }, async (t) => {
  const program = "console.log('runs'); require('node:child_process').execSync('sleep 5'); setInterval(() => {}, 1000)"
  const { pid, stderr } = await target(t, '', ['--inspect-port=0', '-e', program])
  let said = ''
  stderr.setEncoding('utf8').on('data', (text) => (said += text))
  const taking = await cli(['snapshot', String(pid), join(folderFor(t), 'a.heapsnapshot'), '--timeout', '500ms'])
  assert.equal(taking.code, 3)
  assert.match(taking.stderr, /it is blocked: then it opens it later, and leakguard closes it then/)
  while (!/Debugger listening/.test(said)) await sleep(50)
  while (listeningPorts(pid).length > 0) await sleep(50)
  await sleep(500)
  assert.deepEqual(listeningPorts(pid), [])
  assert.equal(process.kill(pid, 0), true)
})

test('HOST:PORT of an inspector that is open, and stays so', async (t) => {
  const child = await target(t, LEAKY, ['--inspect=127.0.0.1:0'])
  const [said] = await once(child.stderr.setEncoding('utf8'), 'data')
  const [, port] = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(said)
  const file = join(folderFor(t), 'a.heapsnapshot')
  for (let nth = 0; nth < 2; nth++) {
    const { code, stderr } = await cli(['snapshot', `127.0.0.1:${port}`, file])
    assert.equal(code, 0, stderr)
  }
  assert.ok((await analyze(file)).suspects.some(({ name }) => name === 'leakedArray'))
  if (linux) assert.equal((await cli(['snapshot', String(child.pid), file])).code, 0, 'by its id it is the same one')
  if (linux) assert.equal(listeningPorts(child.pid).length, 1)
})

test('a process that ends meanwhile leaves no file', { skip: !linux }, async (t) => {
  const { pid } = await target(t, 'globalThis.kept = Array.from({ length: 200_000 }, (_, n) => ({ n: { n } })); setInterval(() => {}, 1000)')
  const folder = folderFor(t)
  const taken = cli(['snapshot', String(pid), join(folder, 'a.heapsnapshot')])
  while (fs.readdirSync(folder).length === 0) await sleep(5)
  process.kill(pid, 'SIGKILL')
  const { code, stderr } = await taken
  assert.equal(code, 3)
  assert.match(stderr, /ERR_LEAKGUARD_ATTACH: the connection to the process ended/)
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('what cannot be attached to is left alone', { skip: !linux }, async (t) => {
  const refused = async (pid, message, ...flags) => {
    const { code, stdout, stderr } = await cli(['snapshot', String(pid), '/nowhere/a.heapsnapshot', ...flags])
    assert.deepEqual([code, stdout], [3, ''], stderr)
    assert.match(stderr, /^leakguard: ERR_LEAKGUARD_ATTACH: cannot attach to process \d+: [^\n]+\n$/)
    assert.match(stderr, message)
  }
  const ended = spawn('true')
  await once(ended, 'exit')
  await refused(ended.pid, /there is no such process/)
  const other = spawn('sleep', ['1000'])
  t.after(() => other.kill('SIGKILL'))
  await refused(other.pid, /it is no Node\.js process but \S*\/\S+, which the signal would end/)
  assert.equal(process.kill(other.pid, 0), true, 'it lives')
  const own = await target(t, "process.on('SIGUSR1', () => {}); setInterval(() => {}, 1000)")
  await refused(own.pid, /it did not open its inspector: it handles SIGUSR1 itself/, '--timeout', '500ms')
  own.kill('SIGSTOP')
  await refused(own.pid, /it is stopped \(Ctrl-Z, SIGSTOP\)/)
  if (process.allowedNodeEnvironmentFlags.has('--disable-sigusr1')) {
    const deaf = await target(t, 'setInterval(() => {}, 1000)', ['--disable-sigusr1'])
    await refused(deaf.pid, /it does not listen to SIGUSR1/)
    assert.equal(process.kill(deaf.pid, 0), true, 'it lives')
  }
})

test("another user's process", { skip: !linux || process.getuid() !== 0 }, async (t) => {
  // Somebody who can read neither this folder nor this Node cannot be asked.
  const nobody = { uid: 65534, gid: 65534 }
  if (spawnSync(process.execPath, [join(root, 'bin', 'leakguard.js'), '--version'], { ...nobody, cwd: '/' }).status !== 0) return t.skip('there is no other user to ask')
  const { pid } = await target(t, 'setInterval(() => {}, 1000)')
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin', 'leakguard.js'), 'snapshot', String(pid)], { ...nobody, cwd: '/', encoding: 'utf8' })
  assert.equal(status, 3)
  assert.match(stderr, /ERR_LEAKGUARD_ATTACH: .*it is another user's; run leakguard as that user/)
})

test('frames as they come: in pieces, fragments, of all lengths, with pings between them', async (t) => {
  const texts = ['', 'short', 'x'.repeat(126), 'y'.repeat(70_000), 'ü'.repeat(40_000)]
  const frame = (first, payload) => {
    const { length } = payload
    const head = length < 126 ? [first, length] : length < 65_536 ? [first, 126, length >> 8, length & 255] : [first, 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255]
    return Buffer.concat([Buffer.from(head), payload])
  }
  const frames = texts.flatMap((text) => {
    const bytes = Buffer.from(text)
    const half = bytes.length >> 1
    return [frame(0x81, bytes), frame(0x89, Buffer.from('ping')), frame(0x01, bytes.subarray(0, half)), frame(0x80, bytes.subarray(half))]
  })
  const bytes = Buffer.concat(frames)
  const server = http.createServer().on('upgrade', (request, socket) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
    // Small pieces at first, then larger ones.
    let at = 0
    const next = () => at < bytes.length ? socket.write(bytes.subarray(at, (at += at < 400 ? 1 : 4099)), () => setImmediate(next)) : socket.end(Buffer.from([0x88, 0]))
    next()
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const socket = await connect(`ws://127.0.0.1:${server.address().port}/a`)
  const heard = []
  socket.on('message', (text) => heard.push(text))
  await once(socket, 'close')
  assert.deepEqual(heard.map(({ length }) => length), texts.flatMap(({ length }) => [length, length]))
  assert.deepEqual(heard, texts.flatMap((text) => [text, text]))
})

test('what is no target', async () => {
  for (const [args, message] of [
    [['snapshot'], /snapshot takes a PID or HOST:PORT/],
    [['snapshot', 'here'], /the target must be a process id or HOST:PORT, got 'here'/],
    [['snapshot', 'localhost:99999'], /"port" must be a whole number from 1 to 65535, got 99999/],
    [['heap-profile', '[::1]:0'], /"port" must be a whole number from 1 to 65535, got 0/],
    [['snapshot', '1', 'a.heapsnapshot.gz'], /the FILE is a file, and not compressed/],
    [['snapshot', '1', '-'], /the FILE is a file/],
    [['heap-profile', '1', 'a.json'], /must end in \.heapprofile/],
    [['heap-profile', '1', '--duration', 'long'], /"duration" must be ms or a text/],
  ]) {
    const { code, stderr } = await cli(args)
    assert.equal(code, 2)
    assert.match(stderr, message)
  }
  const closed = await cli(['snapshot', '127.0.0.1:1'])
  assert.equal(closed.code, 3)
  assert.match(closed.stderr, /ERR_LEAKGUARD_ATTACH: cannot attach to 127\.0\.0\.1:1: there is no inspector/)
})
