'use strict'

// The flight recorder's file: what is in it after every kind of end, and what becomes of the app when somebody spoils it.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { postmortem, LeakguardError } = require('leakguard')
const { Recorder } = require('../lib/recorder.js')
const { cgroupFor } = require('./support/cgroup.js')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { mounted, remount } = require('./support/mount.js')

const unix = process.platform !== 'win32'
const SMALL = '64KiB' // 480 records
const SLOTS = (65536 - 4096) / 128
const MODULE = JSON.stringify(join(root, 'lib/recorder.js'))
const refused = (code, message, cause) => (error) => {
  assert.ok(error instanceof LeakguardError, String(error))
  assert.equal(error.code, code)
  assert.match(error.message, message)
  assert.equal(error.cause?.code, cause)
  return true
}

/** A program with `recorder` for a file; it says what it prints. */
const child = (path, source, options, args = []) =>
  node([...args, '-e', `const { Recorder } = require(${MODULE}); const recorder = new Recorder(${JSON.stringify(path)}, { size: '${SMALL}' }); ${source}`], options)
const numbered = (recorder, from, to) => {
  for (let nth = from; nth < to; nth++) assert.equal(recorder.sample({ time: nth, heapUsed: nth * 1000 }), true)
}
const times = ({ runs }) => runs.flatMap(({ samples }) => samples.map(({ time }) => time))
const range = (from, to) => Array.from({ length: to - from }, (_, index) => from + index)

test('every number keeps its place, and what is missing is not 0', async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const recorder = new Recorder(path, { size: SMALL, meta: { app: 'shop' } })
  const sample = {
    time: 1.7e12 + 0.5,
    heapUsed: 1,
    heapTotal: 2,
    heapLimit: 3,
    external: 4,
    arrayBuffers: 5,
    rss: 6,
    cgroup: { current: 7, limit: 8 },
    fds: 9,
    loopDelay: { max: 10.25 },
    gc: { count: 11, time: 12.5 },
  }
  recorder.sample(sample)
  recorder.sample({ time: 2, heapUsed: 0, rss: undefined, fds: null, cgroup: { limit: Infinity }, gc: { count: 0 } })
  recorder.sample({ heapUsed: 2 ** 52 + 1 })
  const { runs, writing, damaged, notes } = await postmortem(path)
  const [run] = runs
  assert.deepEqual(run.samples.slice(0, 2), [sample, { time: 2, heapUsed: 0, gc: { count: 0 } }])
  assert.ok(Math.abs(run.samples[2].time - Date.now()) < 60_000)
  assert.equal(run.samples[2].heapUsed, 2 ** 52 + 1)
  assert.deepEqual([damaged, notes], [0, []])
  const { pid, node: version, meta, host, script } = run.process
  assert.deepEqual([pid, version, meta], [process.pid, process.version, { app: 'shop' }])
  assert.ok(host.length > 0 && script.endsWith('recorder.test.js'))
  if (unix) assert.deepEqual([writing, run.ending.how, fs.statSync(path).mode & 0o777], [true, 'running', 0o600])
  recorder.close()
  recorder.close()
  assert.deepEqual([recorder.open, recorder.sample(sample), recorder.event('note'), recorder.lost], [false, false, false, 0])
  const after = await postmortem(path)
  if (unix) assert.equal(after.writing, false)
  assert.equal(after.runs[0].ending.how, 'stopped')
  assert.deepEqual(after.runs[0].last, { event: after.runs[0].events.at(-1) })
})

test('events keep their text and plain figures; long ones are cut', async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const recorder = new Recorder(path, { size: SMALL })
  assert.throws(() => recorder.event('leek'), refused('ERR_LEAKGUARD_OPTION', /must be one of start, stop, exit, leak/))
  recorder.event('leak', { time: 5, text: 'leakedArray grows', kind: 'heap', growthBytes: 5e6, leak: true, suspects: [{}], since: NaN })
  recorder.event('suspicion', { text: '€'.repeat(5000), long: 'y'.repeat(5000) })
  recorder.event('pressure', Object.fromEntries(range(0, 500).map((nth) => [`name${nth}`, nth])))
  recorder.event('note', { text: '\ud800 \u001b[31m' })
  recorder.event('exit', { code: 3 })
  recorder.close()
  const [{ events, ending }] = (await postmortem(path)).runs
  assert.deepEqual(events[1], { kind: 'leak', time: 5, text: 'leakedArray grows', figures: { kind: 'heap', growthBytes: 5e6, leak: true } })
  assert.match(events[2].text, /^€{300,}…$/)
  assert.equal(events[2].figures.long.length, 200)
  assert.ok(Object.keys(events[3].figures).length > 50)
  assert.equal(events[4].text, '\ufffd \u001b[31m')
  assert.deepEqual(events.map(({ kind }) => kind), ['start', 'leak', 'suspicion', 'pressure', 'note', 'exit'])
  assert.equal(ending.how, 'exited')
  assert.match(ending.text, /ended by itself at .* with code 3\./)
})

test('kill -9 leaves all that was written, and the page says so', { skip: !unix }, async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const { signal } = await child(path, `
    for (let nth = 0; nth < 300; nth++) {
      recorder.sample({ time: 1.7e12 + nth * 5000, heapUsed: nth * 1e6, rss: 1e8 + nth * 1e6, heapLimit: 310e6, cgroup: { current: 1e8, limit: 9e9 } })
    }
    recorder.event('leak', { time: 1.7e12 + 15e5, text: 'leakedArray: \\u001b[31mArray grows' })
    process.kill(process.pid, 'SIGKILL')`)
  assert.equal(signal, 'SIGKILL')
  const recording = await postmortem(path)
  const [run] = recording.runs
  assert.equal(run.samples.length, 300)
  assert.equal(run.ending.how, 'cut')
  assert.deepEqual(run.ending.nearest, { limit: 'heap', used: 299e6, size: 310e6, share: 299 / 310, likely: true })
  assert.match(run.ending.text, /Cut off at 2023-11-14 22:38:20 UTC: .* was killed, or crashed\. It was at 96 % of V8's heap limit \(299 MB of 310 MB\)\. So V8/)

  const page = await node(['bin/leakguard.js', 'postmortem', path])
  assert.deepEqual([page.code, page.stderr], [1, ''])
  for (const part of [/Run 1/, /Cut off at/, /200 MB │ +•+ +▁/, /█ heap used {3}• RSS {3}─ V8's limit 310 MB {3}cgroup limit 9\.0 GB, far above/, /24 min 55 s/, /leak {7}leakedArray: \\u\{1b\}\[31mArray grows/, /The last record/, /heap used +299 MB/]) {
    assert.match(page.stdout, part)
  }
  assert.ok(page.stdout.split('\n').every((line) => line.length <= 100))
  assert.ok(!page.stdout.includes('\x1b'))
  const json = await node(['bin/leakguard.js', 'postmortem', path, '--json'])
  assert.deepEqual(JSON.parse(json.stdout), recording)
  assert.ok(!json.stdout.includes('\x1b'))
})

test("V8's own end for lack of memory leaves the recording", { skip: !unix }, async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const source = `
    const v8 = require('node:v8')
    const kept = []
    for (;;) {
      for (let nth = 0; nth < 10_000; nth++) kept.push({ nth })
      const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = v8.getHeapStatistics()
      recorder.sample({ heapUsed, heapLimit })
    }`
  const { code, signal } = await child(path, source, {}, ['--max-old-space-size=40'])
  assert.ok(signal === 'SIGABRT' || code !== 0, `${code} ${signal}`)
  const { ending } = (await postmortem(path)).runs[0]
  assert.deepEqual([ending.how, ending.nearest.limit], ['cut', 'heap'])
  // V8's limit counts the room for young objects too: 200 MB of it in Node 24, whatever the old space may have.
  assert.ok(ending.nearest.used > 25e6 && ending.nearest.share < 1.1)
})

test('an OOM kill by the kernel leaves the recording', { skip: process.platform !== 'linux' }, async (t) => {
  const group = cgroupFor(t, 150e6)
  if (!group) return
  const path = join(folderFor(t), 'a.rec')
  const { signal } = await child(path, `
    require('node:fs').writeFileSync(${JSON.stringify(join(group.path, 'cgroup.procs'))}, String(process.pid))
    const kept = []
    for (;;) {
      kept.push(Buffer.alloc(1e6, 1))
      const { rss } = process.memoryUsage()
      recorder.sample({ rss, cgroup: { current: rss, limit: 150e6 } })
    }`)
  assert.equal(signal, 'SIGKILL')
  const { ending, samples } = (await postmortem(path)).runs[0]
  assert.deepEqual([ending.how, ending.nearest.limit], ['cut', 'cgroup'])
  assert.ok(samples.length > 10)
})

test('a reader beside the writer sees whole records only', { skip: !unix }, async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const writer = spawn(process.execPath, ['-e', `
    const { Recorder } = require(${MODULE})
    const recorder = new Recorder(${JSON.stringify(path)}, { size: '${SMALL}' })
    let nth = 0
    const write = () => {
      for (let many = 0; many < 1000; many++, nth++) recorder.sample({ time: nth, heapUsed: nth * 3, rss: nth * 5, gc: { time: nth * 7 } })
      setImmediate(write)
    }
    write()
    console.log('ready')`])
  t.after(() => writer.kill('SIGKILL'))
  await once(writer.stdout, 'data')
  let seen = 0
  for (let look = 0; look < 100; look++) {
    const { runs, writing, damaged } = await postmortem(path)
    assert.equal(writing, true)
    assert.ok(damaged <= 2, `${damaged} damaged`)
    for (const { time, heapUsed, rss, gc } of runs.at(-1).samples) assert.deepEqual([heapUsed, rss, gc.time], [time * 3, time * 5, time * 7])
    seen = Math.max(seen, runs.at(-1).samples.at(-1).time)
  }
  assert.ok(seen > SLOTS)
  const gone = once(writer, 'exit')
  writer.kill('SIGKILL')
  await gone
  const { writing, damaged, runs } = await postmortem(path)
  assert.deepEqual([writing, damaged, runs.at(-1).ending.how], [false, 0, 'cut'])
})

test('the ring keeps the newest records', async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const recorder = new Recorder(path, { size: SMALL })
  numbered(recorder, 0, 5000)
  const recording = await postmortem(path)
  assert.deepEqual(times(recording), range(5000 - SLOTS, 5000))
  assert.deepEqual([recording.runs[0].whole, recording.runs[0].process.pid], [false, process.pid])
  assert.equal(fs.statSync(path).size, 65536)
  recorder.close()
})

test('a crash loop shares the file: the deaths before it are still there', { skip: !unix }, async (t) => {
  const folder = folderFor(t)
  const path = join(folder, 'a.rec')
  for (let nth = 0; nth < 4; nth++) {
    await child(path, `recorder.sample({ time: ${nth}, heapUsed: 5 }); process.kill(process.pid, 'SIGKILL')`)
  }
  const recording = await postmortem(path)
  assert.deepEqual(times(recording), [0, 1, 2, 3])
  assert.deepEqual(recording.runs.map(({ ending }) => ending.how), ['cut', 'cut', 'cut', 'cut'])
  assert.equal(recording.subject, 3)
  assert.deepEqual(fs.readdirSync(folder), ['a.rec'])
  const page = await node(['bin/leakguard.js', 'postmortem', path, '--run', '2'])
  assert.match(page.stdout, /Runs\n.*run {2}started[^]*▸ 2[^]*Run 2/)
})

test('a long life after a death puts the file aside before it would be overwritten', async (t) => {
  const folder = folderFor(t)
  const path = join(folder, 'a.rec')
  await child(path, "recorder.sample({ time: 1, heapUsed: 5 }); recorder.event('leak', { text: 'it was here' }); process.reallyExit(1)")
  const recorder = new Recorder(path, { size: SMALL })
  numbered(recorder, 10, 10 + SLOTS + 700)
  assert.deepEqual(fs.readdirSync(folder).sort(), ['a.rec', 'a.rec.1'])
  const recording = await postmortem(path)
  assert.equal(recording.earlier, `${path}.1`)
  assert.equal(recording.runs.length, 2)
  assert.equal(recording.runs[0].events.at(-1).text, 'it was here')
  assert.deepEqual([recording.subject, recording.runs[0].ending.how], unix ? [0, 'cut'] : [1, 'cut'])
  // The run goes on over both files.
  assert.equal(recording.runs[1].samples[0].time, 10)
  assert.equal(recording.runs[1].samples.at(-1).time, 10 + SLOTS + 699)
  recorder.close()
  const next = new Recorder(path, { size: SMALL })
  next.close()
  const after = await postmortem(path)
  assert.ok(after.runs.some(({ samples }) => samples.at(-1)?.time === 10 + SLOTS + 699), 'the last run is kept')
  assert.deepEqual(fs.readdirSync(folder).sort(), ['a.rec', 'a.rec.1'])
})

test('a second writer is refused, in this process and in another, until the first is gone', { skip: !unix }, async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const recorder = new Recorder(path)
  const occupied = refused('ERR_LEAKGUARD_IO', new RegExp(`process ${process.pid} is writing to .*a\\.rec: give each process`), 'EBUSY')
  assert.throws(() => new Recorder(path), occupied)
  const other = await node(['-e', `const { Recorder } = require(${MODULE}); try { new Recorder(${JSON.stringify(path)}) } catch (error) { console.log(error.message) }`])
  assert.match(other.stdout, new RegExp(`process ${process.pid} is writing to`))
  numbered(recorder, 0, 10)
  recorder.close()
  new Recorder(path).close()
  const { runs, damaged } = await postmortem(path)
  assert.deepEqual([runs.length, damaged, times({ runs })], [2, 0, range(0, 10)])
})

test('a worker has a file of its own, let go of when it ends', async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const { code, stderr } = await node(['-e', `
    const { Worker } = require('node:worker_threads')
    const source = "const { Recorder } = require(" + JSON.stringify(${MODULE}) + "); new Recorder(" + ${JSON.stringify(JSON.stringify(path))} + ").sample({ time: 5 })"
    new Worker(source, { eval: true }).once('exit', () => {
      const { Recorder } = require(${MODULE})
      new Recorder(${JSON.stringify(path)}).close()
    })`])
  assert.deepEqual([code, stderr], [0, ''])
  const { runs } = await postmortem(path)
  assert.deepEqual(runs.map((run) => [run.process.thread > 0, run.ending.how]), [[true, 'cut'], [false, 'stopped']])
})

test('what is not ours is never overwritten', { skip: !unix }, (t) => {
  const folder = folderFor(t)
  const at = (name) => join(folder, name)
  const open = (name) => () => new Recorder(at(name), { size: SMALL })
  fs.writeFileSync(at('text'), 'precious')
  fs.writeFileSync(at('long'), 'precious'.repeat(100_000))
  fs.symlinkSync(at('text'), at('link'))
  fs.symlinkSync(at('nowhere'), at('dangling'))
  fs.mkdirSync(at('folder'))
  spawnSync('mkfifo', [at('pipe')])
  assert.throws(open('text'), refused('ERR_LEAKGUARD_PARSE', /text is there and is no file of leakguard's flight recorder, so it is not overwritten/))
  assert.throws(open('long'), refused('ERR_LEAKGUARD_PARSE', /not overwritten/))
  for (const name of ['link', 'dangling', 'folder', 'pipe']) {
    assert.throws(open(name), refused('ERR_LEAKGUARD_IO', /no regular file/))
  }
  assert.throws(open('missing/a'), refused('ERR_LEAKGUARD_IO', /cannot create .*missing\/a/, 'ENOENT'))
  assert.throws(open('text/a'), refused('ERR_LEAKGUARD_IO', /cannot create/, 'ENOTDIR'))
  assert.equal(fs.readFileSync(at('text'), 'utf8'), 'precious')
  assert.equal(fs.existsSync(at('nowhere')), false)
  // Nor is what lies where a file would be put aside.
  open('a.rec')().close()
  fs.writeFileSync(at('a.rec.1'), 'precious')
  assert.throws(() => new Recorder(at('a.rec'), { size: '128KiB' }), refused('ERR_LEAKGUARD_PARSE', /a\.rec\.1 is there and is no/))
  assert.equal(fs.readFileSync(at('a.rec.1'), 'utf8'), 'precious')
  assert.equal(fs.statSync(at('a.rec')).size, 65536)
})

test('a file of another version, size or state is put aside', async (t) => {
  const folder = folderFor(t)
  const path = join(folder, 'a.rec')
  const spoil = {
    version: (bytes) => bytes.writeUInt16LE(9, 10),
    'byte order': (bytes) => bytes.writeUInt16BE(0x0102, 8),
    header: (bytes) => bytes.fill(7, 100, 200),
    'cut short': (bytes) => bytes.subarray(0, 9000),
    'no header': (bytes) => bytes.fill(0, 0, 4096),
  }
  for (const [what, change] of Object.entries(spoil)) {
    fs.rmSync(folder, { recursive: true })
    fs.mkdirSync(folder)
    const old = new Recorder(path, { size: SMALL })
    numbered(old, 0, 5)
    old.close()
    const bytes = fs.readFileSync(path)
    const changed = change(bytes)
    fs.writeFileSync(path, what === 'cut short' ? changed : bytes)
    const recorder = new Recorder(path, { size: SMALL })
    numbered(recorder, 5, 8)
    recorder.close()
    assert.deepEqual(fs.readdirSync(folder).sort(), ['a.rec', 'a.rec.1'], what)
    const { runs, notes } = await postmortem(path)
    const readable = !['version', 'byte order'].includes(what)
    assert.deepEqual(times({ runs }), readable ? range(0, 8) : [5, 6, 7], what)
    assert.equal(notes.length, 1, what)
  }
  fs.rmSync(folder, { recursive: true })
  fs.mkdirSync(folder)
  new Recorder(path, { size: SMALL }).close()
  new Recorder(path, { size: '128KiB' }).close()
  assert.deepEqual([fs.statSync(path).size, fs.statSync(`${path}.1`).size], [128 * 1024, 64 * 1024])
  // An empty file is as good as none.
  fs.writeFileSync(path, '')
  new Recorder(path, { size: SMALL }).close()
  assert.equal(fs.statSync(path).size, 64 * 1024)
})

test('a file that is cut short or removed while it is written to comes back', { skip: !unix }, async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const recorder = new Recorder(path, { size: SMALL })
  numbered(recorder, 0, 100)
  fs.truncateSync(path, 0)
  numbered(recorder, 100, 200)
  const { runs, notes, damaged } = await postmortem(path)
  assert.deepEqual([times({ runs }), notes, damaged], [range(100, 200), [], 0])
  assert.equal(fs.statSync(path).size, 65536)
  fs.truncateSync(path, 5000)
  numbered(recorder, 200, 300)
  assert.equal((await postmortem(path)).runs[0].samples.at(-1).time, 299)
  fs.unlinkSync(path)
  numbered(recorder, 300, 400)
  assert.equal((await postmortem(path)).runs[0].samples.at(-1).time, 399)
  assert.equal(recorder.lost, 0)
  recorder.close()
})

test('a full disk refuses the file at once and leaves nothing; one that fills up later costs no record', async (t) => {
  const folder = mounted(t, 'size=512k')
  if (!folder) return
  const path = join(folder, 'a.rec')
  assert.throws(() => new Recorder(path, { size: '1MiB' }), refused('ERR_LEAKGUARD_IO', /cannot create .*a\.rec/, 'ENOSPC'))
  assert.deepEqual(fs.readdirSync(folder), [])
  const recorder = new Recorder(path, { size: '128KiB' })
  const fd = fs.openSync(join(folder, 'rest'), 'w')
  assert.throws(() => {
    for (;;) fs.writeSync(fd, Buffer.alloc(4096, 1))
  }, { code: 'ENOSPC' })
  fs.closeSync(fd)
  numbered(recorder, 0, 2000)
  assert.equal(recorder.lost, 0)
  // Cut short on a full disk: its room is taken by others, and that is an error of the record.
  fs.truncateSync(path, 0)
  const more = fs.openSync(join(folder, 'more'), 'w')
  assert.throws(() => {
    for (;;) fs.writeSync(more, Buffer.alloc(4096, 1))
  }, { code: 'ENOSPC' })
  fs.closeSync(more)
  assert.equal(recorder.sample({ time: 1 }), false)
  assert.equal(recorder.lost, 1)
  refused('ERR_LEAKGUARD_IO', /cannot write a record/, 'ENOSPC')(recorder.error)
  fs.unlinkSync(join(folder, 'more'))
  fs.unlinkSync(join(folder, 'rest'))
  numbered(recorder, 3000, 3100)
  recorder.close()
  assert.deepEqual(times(await postmortem(path)), range(3000, 3100))
})

test('without room to put it aside, an earlier run gives way to this one', async (t) => {
  const folder = mounted(t, 'size=100k')
  if (!folder) return
  const path = join(folder, 'a.rec')
  const first = new Recorder(path, { size: SMALL })
  numbered(first, 0, 100)
  first.close()
  const second = new Recorder(path, { size: SMALL })
  numbered(second, 1000, 2000)
  second.close()
  const recording = await postmortem(path)
  assert.equal(recording.runs.length, 1)
  assert.equal(recording.runs[0].samples.at(-1).time, 1999)
  assert.deepEqual(fs.readdirSync(folder), ['a.rec'])
})

test('a read-only disk is an error; what is on it can be read', async (t) => {
  const folder = mounted(t, 'size=1m')
  if (!folder) return
  const path = join(folder, 'a.rec')
  new Recorder(path, { size: SMALL }).close()
  remount(folder, 'ro')
  assert.throws(() => new Recorder(path, { size: SMALL }), refused('ERR_LEAKGUARD_IO', /cannot (create|open) .*a\.rec/, 'EROFS'))
  assert.throws(() => new Recorder(join(folder, 'b'), { size: SMALL }), refused('ERR_LEAKGUARD_IO', /cannot create/, 'EROFS'))
  assert.equal((await postmortem(path)).runs.length, 1)
})

test('damage costs the records that it hits, and is counted', async (t) => {
  const path = join(folderFor(t), 'a.rec')
  const recorder = new Recorder(path, { size: SMALL })
  numbered(recorder, 0, 1000)
  recorder.close()
  const bytes = fs.readFileSync(path)
  for (const slot of [3, 4, 200]) bytes[4096 + slot * 128 + 40] ^= 0x10
  fs.writeFileSync(path, bytes)
  const recording = await postmortem(path)
  assert.equal(recording.damaged, 3)
  const page = await node(['bin/leakguard.js', 'postmortem', path])
  assert.match(page.stdout, /Notes\n {2}3 damaged records were skipped/)
})

test('options are checked by name', (t) => {
  const path = join(folderFor(t), 'a.rec')
  const circle = {}
  circle.self = circle
  const cases = [
    [[path, { size: 1000 }], /"size" must be from 64KiB to 16MiB, got 1000/],
    [[path, { size: '1GB' }], /"size" must be from 64KiB/],
    [[path, { sise: 1 }], /"sise" is not known/],
    [[path, { meta: 5 }], /"meta" must be a plain object/],
    [[path, { meta: circle }], /"meta" must be/],
    [[path, { meta: { long: 'x'.repeat(600) } }], /at most 512 bytes/],
    [[5], /path must be a path/],
    [[''], /must be a path/],
    [['a\0b'], /must be a path/],
    [[], /path must be/],
  ]
  for (const [given, message] of cases) assert.throws(() => new Recorder(...given), refused('ERR_LEAKGUARD_OPTION', message))
  assert.equal(fs.existsSync(path), false)
})

test('what cannot be read is one coded error', async (t) => {
  const folder = folderFor(t)
  await assert.rejects(postmortem(join(folder, 'missing')), refused('ERR_LEAKGUARD_IO', /cannot read .*missing: ENOENT/, 'ENOENT'))
  await assert.rejects(postmortem(folder), refused('ERR_LEAKGUARD_IO', unix ? /no regular file/ : /cannot read/))
  await assert.rejects(postmortem(join(root, 'package.json')), refused('ERR_LEAKGUARD_PARSE', /package\.json: this is no file of leakguard's flight recorder/))
  await assert.rejects(postmortem(7), refused('ERR_LEAKGUARD_OPTION', /must be a path/))
  const path = join(folder, 'a.rec')
  new Recorder(path, { size: SMALL }).close()
  for (const [expected, args, message] of [
    [2, [], /takes one RECORDING/],
    [2, ['a', 'b'], /takes one RECORDING/],
    [3, ['package.json'], /ERR_LEAKGUARD_PARSE/],
    [2, [path, '--run', '2'], /"run" must be a number from 1 to 1, got '2'/],
    [2, [path, '--top', '2'], /Unknown option '--top'/],
  ]) {
    const { code, stdout, stderr } = await node(['bin/leakguard.js', 'postmortem', ...args])
    assert.deepEqual([code, stdout], [expected, ''])
    assert.match(stderr, message)
    assert.match(stderr, /^leakguard: ERR_LEAKGUARD_[A-Z]+: [^\n]+\n$/)
  }
})

test('odd recordings make a page too', async (t) => {
  const folder = folderFor(t)
  const odd = {
    nothing: () => {},
    'one sample': (recorder) => recorder.sample({ time: 5, heapUsed: 5 }),
    'no numbers': (recorder) => [recorder.sample({}), recorder.sample({ time: 9e300 })],
    'a clock set back': (recorder) => [3, 2, 9, 1].map((time) => recorder.sample({ time, heapUsed: time * 1e9, rss: 7 })),
    negative: (recorder) => [1, 2].map((time) => recorder.sample({ time, heapUsed: -5, rss: -7e9, heapLimit: -1, cgroup: { limit: 0 } })),
    huge: (recorder) => [1, 2].map((time) => recorder.sample({ time: time * 1e300, heapUsed: 1e308, rss: 1, heapLimit: 1e308 })),
  }
  for (const [name, write] of Object.entries(odd)) {
    const path = join(folder, name)
    const recorder = new Recorder(path, { size: SMALL })
    write(recorder)
    recorder.close()
    const { code, stdout, stderr } = await node(['bin/leakguard.js', 'postmortem', path])
    assert.deepEqual([code, stderr], [0, ''], name)
    assert.match(stdout, /stopped on purpose/)
    assert.ok(stdout.split('\n').every((line) => line.length <= 100), name)
    assert.ok(!/undefined|NaN/.test(stdout), `${name}: ${stdout}`)
  }
})
