'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join, basename } = require('node:path')
const { pathToFileURL } = require('node:url')
const { Worker } = require('node:worker_threads')
const leakguard = require('leakguard')
const { node, program } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

/** A snapshot is one JSON document: whole if it parses. */
function assertWhole(path) {
  const { snapshot, strings } = JSON.parse(fs.readFileSync(path, 'utf8'))
  assert.ok(snapshot.node_count > 1000 && strings.length > 1000)
}

test('the promise resolves to what was written', async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  const capture = await leakguard.writeSnapshot(path, { mode: 'inline' })
  assertWhole(path)
  assert.deepEqual(Object.keys(capture).sort(), ['bytes', 'durationMs', 'mode', 'path', 'pauseMs', 'reason'])
  assert.equal(capture.path, path)
  assert.equal(capture.mode, 'inline')
  assert.equal(capture.bytes, fs.statSync(path).size)
  assert.ok(capture.pauseMs > 0 && capture.pauseMs <= capture.durationMs)
})

test('the callback form calls back once, on a later turn, and returns nothing', async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  let returned = false
  const given = await new Promise((resolve) => {
    const answer = leakguard.writeSnapshot(path, (...given) => {
      assert.ok(returned)
      resolve(given)
    })
    assert.equal(answer, undefined)
    returned = true
  })
  assert.equal(given[0], null)
  assert.equal(given[1], path)
  assert.equal(given[2].bytes, fs.statSync(path).size)
})

test('what the callback throws is an uncaught exception of the app, and the callback is not called again', async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  const answer = await program(`
    const seen = { calls: 0, uncaught: [], rejections: 0 }
    process.on('uncaughtException', (error) => seen.uncaught.push(error.message))
    process.on('unhandledRejection', () => seen.rejections++)
    leakguard.writeSnapshot(${JSON.stringify(path)}, () => { seen.calls++; throw new Error('mine') })
    process.on('exit', () => console.log(JSON.stringify(seen)))`)
  assert.deepEqual(answer, { calls: 1, uncaught: ['mine'], rejections: 0 })
})

test('errors reach the callback', async () => {
  const [error, ...rest] = await new Promise((resolve) => leakguard.writeSnapshot('/no/such/folder/a', (...given) => resolve(given)))
  assert.equal(error.code, 'ERR_LEAKGUARD_IO')
  assert.deepEqual(rest, [])
})

test('at once, too', (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  const { bytes, pauseMs, durationMs } = leakguard.writeSnapshotSync(path)
  assertWhole(path)
  assert.equal(bytes, fs.statSync(path).size)
  assert.equal(pauseMs, durationMs)
})

test('only the owner may read the file, whatever the umask', async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  fs.writeFileSync(path, 'old', { mode: 0o644 })
  await program(`process.umask(0); leakguard.writeSnapshotSync(${JSON.stringify(path)})`)
  assert.equal(fs.statSync(path).mode & 0o777, 0o600)
  assertWhole(path)
})

test('a symlink at the target is replaced, and what it points to is left alone', async (t) => {
  const folder = folderFor(t)
  const path = join(folder, 'link.heapsnapshot')
  fs.writeFileSync(join(folder, 'precious'), 'precious')
  fs.symlinkSync('precious', path)
  await leakguard.writeSnapshot(path)
  assert.ok(fs.lstatSync(path).isFile())
  assert.equal(fs.readFileSync(join(folder, 'precious'), 'utf8'), 'precious')
  assert.deepEqual(fs.readdirSync(folder).sort(), ['link.heapsnapshot', 'precious'])
})

test('a device or a folder at the target is refused and left alone', async (t) => {
  const folder = folderFor(t)
  await assert.rejects(leakguard.writeSnapshot('/dev/null'), { code: 'ERR_LEAKGUARD_IO' })
  assert.ok(fs.lstatSync('/dev/null').isCharacterDevice())
  await assert.rejects(leakguard.writeSnapshot(folder), (error) => error.cause.code === 'EISDIR')
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('the default name, in the working directory and in LEAKGUARD_DIR', async (t) => {
  const name = /^leakguard-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-\d+-0-\d+\.heapsnapshot$/
  const [working, named] = [folderFor(t), folderFor(t)]
  const source = `process.chdir(${JSON.stringify(working)})
    const inWorking = leakguard.writeSnapshotSync().path
    process.env.LEAKGUARD_DIR = require('node:path').relative(process.cwd(), ${JSON.stringify(named)})
    const inNamed = leakguard.writeSnapshotSync({ exposeInternals: false }).path
    console.log(JSON.stringify([inWorking, inNamed]))`
  const [inWorking, inNamed] = await program(source, { env: { ...process.env, LEAKGUARD_DIR: '' } })
  assert.deepEqual(fs.readdirSync(working), [basename(inWorking)])
  assert.deepEqual(fs.readdirSync(named), [basename(inNamed)])
  for (const path of [inWorking, inNamed]) assert.match(basename(path), name)
})

test('a path is taken as it is when the call is made; a file: URL is a path', async (t) => {
  const [one, two] = [folderFor(t), folderFor(t)]
  const answer = await program(`process.chdir(${JSON.stringify(one)})
    const first = leakguard.writeSnapshot('a.heapsnapshot')
    process.chdir(${JSON.stringify(two)})
    const second = leakguard.writeSnapshot(new URL(${JSON.stringify(pathToFileURL(join(two, 'b c.heapsnapshot')).href)}))
    Promise.all([first, second]).then((captures) => console.log(JSON.stringify(captures.map(({ path }) => path))))`)
  assert.deepEqual(answer, [join(one, 'a.heapsnapshot'), join(two, 'b c.heapsnapshot')])
  answer.forEach(assertWhole)
})

test('concurrent calls queue: one hidden file at a time, in the order of the calls', async (t) => {
  const folder = folderFor(t)
  const hidden = []
  const watch = setInterval(() => hidden.push(fs.readdirSync(folder).filter((name) => name.startsWith('.')).length), 1)
  const finished = []
  const names = ['a', 'b', 'c']
  await Promise.all(names.map((name) => leakguard.writeSnapshot(join(folder, name)).then(() => finished.push(name))))
  clearInterval(watch)
  assert.deepEqual(finished, names)
  assert.ok(Math.max(...hidden) <= 1)
  names.forEach((name) => assertWhole(join(folder, name)))
})

test('a failed capture does not hold up the next one', async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  const failed = leakguard.writeSnapshot('/no/such/folder/a')
  const next = leakguard.writeSnapshot(path)
  await assert.rejects(failed, { code: 'ERR_LEAKGUARD_IO' })
  await next
  assertWhole(path)
})

test('numbers are in the file only when asked for', async (t) => {
  const folder = folderFor(t)
  const [without, having] = [join(folder, 'without'), join(folder, 'with')]
  await program(`globalThis.kept = { price: 8765432.5 }
    leakguard.writeSnapshotSync(${JSON.stringify(without)})
    leakguard.writeSnapshotSync(${JSON.stringify(having)}, { exposeNumericValues: true })`)
  assert.ok(!JSON.parse(fs.readFileSync(without, 'utf8')).strings.includes('8765432.5'))
  assert.ok(JSON.parse(fs.readFileSync(having, 'utf8')).strings.includes('8765432.5'))
})

test('a worker writes its own heap, and the thread is in the default name', async (t) => {
  const folder = folderFor(t)
  const source = `globalThis.kept = ['only in the worker ${process.pid}']
    const { parentPort } = require('node:worker_threads')
    require('leakguard').writeSnapshot().then(({ path }) => parentPort.postMessage(path))`
  const worker = new Worker(source, { eval: true, env: { ...process.env, LEAKGUARD_DIR: folder } })
  const { threadId } = worker
  const [path] = await require('node:events').once(worker, 'message')
  assert.match(basename(path), new RegExp(`-${process.pid}-${threadId}-1\\.heapsnapshot$`))
  assert.ok(JSON.parse(fs.readFileSync(path, 'utf8')).strings.includes(`only in the worker ${process.pid}`))
})

test('wrong arguments are named', async () => {
  const cases = [
    [[3], /options must be an object, got 3/],
    [[''], /path must be a path/],
    [['a\0b'], /path must be a path/],
    [[new URL('http://host/a')], /path must be a path/],
    [['a', { pth: 1 }], /"pth" is not known in options, which has exposeInternals/],
    [['a', { exposeInternals: 1 }], /"exposeInternals" must be true or false, got 1/],
    [['a', { signal: 'now' }], /"signal" must be an AbortSignal, got 'now'/],
    [['a', {}, 'callback'], /after the path come options and a callback/],
  ]
  for (const [given, message] of cases) {
    await assert.rejects(leakguard.writeSnapshot(...given), (error) => error.code === 'ERR_LEAKGUARD_OPTION' && message.test(error.message))
  }
  assert.throws(() => leakguard.writeSnapshotSync('a', { signal: AbortSignal.abort() }), { code: 'ERR_LEAKGUARD_OPTION' })
})

test("on Node 20 V8's line tables are built first, unless an inspector is open", async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  const source = `const inspector = require('node:inspector')
    const posted = []
    const { post } = inspector.Session.prototype
    inspector.Session.prototype.post = function (...given) { posted.push(given[0]); return post.apply(this, given) }
    leakguard.writeSnapshotSync(${JSON.stringify(path)})
    console.log(JSON.stringify({ posted, open: inspector.url() !== undefined }))`
  const old = Number(process.versions.v8.split('.')[0]) < 12
  assert.deepEqual(await program(source), { posted: old ? ['Debugger.enable', 'Debugger.disable'] : [], open: false })
  const { stdout } = await node(['--inspect=127.0.0.1:0', '-e', `const leakguard = require('leakguard');${source}`])
  assert.deepEqual(JSON.parse(stdout), { posted: [], open: true })
})

test("a debugger session of the app's keeps its breakpoints through a capture", async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  const answer = await program(`
    const { Session } = require('node:inspector')
    const session = new Session()
    session.connect()
    session.post('Debugger.enable')
    let paused = 0
    session.on('Debugger.paused', () => paused++)
    const target = (0, eval)('(function target() {\\n return 1 })\\n//# sourceURL=target.js')
    session.post('Debugger.setBreakpointByUrl', { url: 'target.js', lineNumber: 1 })
    target()
    leakguard.writeSnapshotSync(${JSON.stringify(path)})
    target()
    console.log(JSON.stringify(paused))`)
  assert.equal(answer, 2)
})
