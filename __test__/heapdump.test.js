'use strict'

// What callers of the package heapdump rely on, each in a process of its own.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { mounted } = require('./support/mount.js')

const MODULE = JSON.stringify(join(root, 'heapdump.js'))
const NAME = /^heapdump-\d+\.\d+\.heapsnapshot$/

/** Runs a program in a folder, with the module as `heapdump`; what it prints as JSON is the answer. */
async function run(folder, source, { options, ...more } = {}) {
  const env = { ...process.env, ...(options === undefined ? {} : { NODE_HEAPDUMP_OPTIONS: options }) }
  const { code, signal, stdout, stderr } = await node(['-e', `const heapdump = require(${MODULE}); ${source}`], { cwd: folder, env, ...more })
  return { code, signal, stderr, said: stdout === '' ? undefined : JSON.parse(stdout) }
}

function assertSnapshot(path) {
  assert.ok(JSON.parse(fs.readFileSync(path, 'utf8')).snapshot.node_count > 1000)
  if (process.platform !== 'win32') assert.equal(fs.statSync(path).mode & 0o777, 0o600)
}

test('it is leakguard/heapdump, and exports exactly writeSnapshot', async () => {
  const { stdout } = await node(['-e', "console.log(Object.keys(require('leakguard/heapdump')).join())"])
  assert.equal(stdout, 'writeSnapshot\n')
})

test('an explicit name comes back, in the callback that is called before the return', async (t) => {
  const folder = folderFor(t)
  const { said, stderr } = await run(folder, `
    const calls = []
    const done = heapdump.writeSnapshot('a.heapsnapshot', (...given) => calls.push(given))
    console.log(JSON.stringify({ done, calls }))`)
  assert.deepEqual(said, { done: true, calls: [[null, 'a.heapsnapshot']] })
  assert.equal(stderr, '')
  assertSnapshot(join(folder, 'a.heapsnapshot'))
  assert.deepEqual(fs.readdirSync(folder), ['a.heapsnapshot'])
})

test('without a name, or with one that is no text, the default name is used', async (t) => {
  const folder = folderFor(t)
  const { said } = await run(folder, `
    const names = []
    const note = (error, name) => names.push(name)
    const done = [heapdump.writeSnapshot(note), heapdump.writeSnapshot(undefined, note), heapdump.writeSnapshot(7, note), heapdump.writeSnapshot('', note), heapdump.writeSnapshot()]
    console.log(JSON.stringify({ names, done }))`)
  assert.deepEqual(said.done, [true, true, true, true, true])
  assert.equal(said.names.length, 4)
  const files = fs.readdirSync(folder)
  assert.equal(files.length, 5)
  for (const name of [...files, ...said.names]) assert.match(name, NAME)
  for (const name of said.names) assert.ok(files.includes(name))
})

test('a missing folder is ENOENT: told once, at once, and never thrown', async (t) => {
  const folder = folderFor(t)
  const { said, code, stderr } = await run(folder, `
    const calls = []
    const done = heapdump.writeSnapshot('missing/a', (...given) => calls.push(given))
    const silent = heapdump.writeSnapshot('missing/a')
    const [[error, ...more]] = calls
    console.log(JSON.stringify({ done, silent, calls: calls.length, message: error.message, code: error.code, more, is: error instanceof Error }))`)
  assert.deepEqual(said, { done: false, silent: false, calls: 1, message: 'heapdump write error ENOENT', code: 'ENOENT', more: [], is: true })
  assert.deepEqual([code, stderr], [0, ''])
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('other failures have their names, and nothing is left', async (t) => {
  const folder = folderFor(t)
  fs.mkdirSync(join(folder, 'sub'))
  const { said } = await run(folder, `
    const message = (name) => { let text; heapdump.writeSnapshot(name, (error) => (text = error?.message)); return text }
    console.log(JSON.stringify([message('sub'), message('a\\0b')]))`)
  assert.equal(said[0], 'heapdump write error EISDIR')
  assert.match(said[1], /^heapdump write error /)
  assert.deepEqual(fs.readdirSync(folder), ['sub'])
})

test('a full disk is an error, and leaves no torn file', async (t) => {
  const folder = mounted(t, 'size=1m')
  if (!folder) return
  const { said } = await run(folder, `
    let message
    const done = heapdump.writeSnapshot('a', (error) => (message = error.message))
    console.log(JSON.stringify({ done, message }))`)
  assert.deepEqual(said, { done: false, message: 'heapdump write error ENOSPC' })
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('what memory and disk will do is not asked first', async (t) => {
  const folder = folderFor(t)
  const { said } = await run(folder, `
    const v8 = require('node:v8')
    const real = v8.getHeapStatistics()
    v8.getHeapStatistics = () => ({ ...real, used_heap_size: real.heap_size_limit * 0.999 })
    console.log(JSON.stringify(heapdump.writeSnapshot('a')))`)
  assert.equal(said, true)
})

test('a device is written to, not replaced', { skip: process.platform === 'win32' }, async (t) => {
  const { said } = await run(folderFor(t), "console.log(JSON.stringify(heapdump.writeSnapshot('/dev/null')))")
  assert.equal(said, true)
  assert.ok(fs.statSync('/dev/null').isCharacterDevice())
})

test('what a callback throws is the caller’s', async (t) => {
  const { said } = await run(folderFor(t), `
    try { heapdump.writeSnapshot('a', () => { throw new Error('mine') }) } catch (error) { console.log(JSON.stringify(error.message)) }`)
  assert.equal(said, 'mine')
})

test('it works in a worker', async (t) => {
  const folder = folderFor(t)
  const { code, stderr } = await run(folder, `
    const { Worker } = require('node:worker_threads')
    new Worker('require(' + JSON.stringify(${MODULE}) + ").writeSnapshot('w.heapsnapshot')", { eval: true })`)
  assert.deepEqual([code, stderr], [0, ''])
  assertSnapshot(join(folder, 'w.heapsnapshot'))
})

/** A program that waits for signals; sends it SIGUSR2 and answers how it ended. */
async function signalled(folder, options, wait) {
  const source = `require(${MODULE}); setInterval(() => {}, 1000); console.log('ready')`
  const env = { ...process.env, ...(options === undefined ? {} : { NODE_HEAPDUMP_OPTIONS: options }) }
  const child = spawn(process.execPath, ['-e', source], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  let stderr = ''
  child.stderr.on('data', (text) => (stderr += text))
  await once(child.stdout, 'data')
  let stdout = ''
  child.stdout.on('data', (text) => (stdout += text))
  child.kill('SIGUSR2')
  await wait(ended)
  child.kill('SIGKILL')
  const [, signal] = await ended
  return { signal, stdout, stderr }
}

const appeared = async (folder) => {
  while (!fs.readdirSync(folder).some((name) => NAME.test(name))) await sleep(20)
  await sleep(200)
}

test('SIGUSR2 writes exactly one file with the default name, and prints nothing', { skip: process.platform === 'win32' }, async (t) => {
  for (const options of [undefined, 'signal', 'nosignal,signal', '']) {
    const folder = folderFor(t)
    const { signal, stdout, stderr } = await signalled(folder, options, () => appeared(folder))
    assert.deepEqual([signal, stdout, stderr], ['SIGKILL', '', ''], String(options))
    const files = fs.readdirSync(folder)
    assert.equal(files.length, 1)
    assert.match(files[0], NAME)
    assertSnapshot(join(folder, files[0]))
  }
})

test('nosignal leaves the signal alone: it ends the process, as it does by itself', { skip: process.platform === 'win32' }, async (t) => {
  for (const options of ['nosignal', 'signal,nosignal']) {
    const folder = folderFor(t)
    const { signal } = await signalled(folder, options, (ended) => ended)
    assert.equal(signal, 'SIGUSR2')
    assert.deepEqual(fs.readdirSync(folder), [])
  }
})

test('the signal does not keep the process alive, and an unknown option is told', async (t) => {
  const { code, stderr, said } = await run(folderFor(t), "console.log(JSON.stringify(process.listenerCount('SIGUSR2')))", { options: 'nosignal, what ,signal' })
  assert.equal(code, 0)
  assert.equal(said, process.platform === 'win32' ? 0 : 1)
  assert.equal(stderr, 'node-heapdump: unrecognized option: what\n')
})
