'use strict'

// Captures by a twin, through the public API, in processes of their own. How a twin is made is tested in twin-native.test.js.

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { createInterface } = require('node:readline')
const { gunzipSync } = require('node:zlib')
const leakguard = require('leakguard')
const { program, node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { prelude } = require('./support/heap.js')

const { twin, reasons } = leakguard.capabilities()
const skip = !twin && reasons.twin
const OBJECTS = 20_000

/** The leak is in the heap that was captured. */
function assertLeak(report) {
  assert.ok(report.suspects.some(({ name, count }) => name.includes('leakedArray') && count >= OBJECTS), JSON.stringify(report.suspects))
}

/** Starts a program; `lines` are what it prints, `ended` its end. */
function started(t, source, { args = [], objects = OBJECTS, ...options } = {}) {
  const child = spawn(process.execPath, [...args, '-e', `const leakguard = require('leakguard');${prelude(objects)};${source}`], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  })
  t.after(() => child.kill('SIGKILL'))
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended: once(child, 'exit') }
}

test('the app goes on while a twin writes the snapshot, and the result says what it cost', { skip }, async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  // A busy machine can hold up the app, too, by as much as the capture takes: not every time.
  const { capture, ticks } = await program(`${prelude(OBJECTS)}
    ;(async () => {
      for (let nth = 1; ; nth++) {
        let ticks = 0
        const timer = setInterval(() => ticks++, 1)
        const capture = await leakguard.writeSnapshot(${JSON.stringify(path)}, { mode: 'twin' })
        clearInterval(timer)
        if (nth < 5 && (ticks <= 10 || capture.pauseMs >= capture.durationMs / 2)) continue
        return console.log(JSON.stringify({ capture, ticks }))
      }
    })()`)
  assert.equal(capture.path, path)
  assert.equal(capture.mode, 'twin')
  assert.equal(capture.reason, 'asked for')
  assert.equal(capture.bytes, fs.statSync(path).size)
  assert.equal(fs.statSync(path).mode & 0o777, 0o600)
  assert.ok(capture.attempts >= 1 && capture.twinPeakBytes > capture.bytes)
  assert.ok(capture.forkMs > 0 && capture.forkMs <= capture.pauseMs && capture.pauseMs < capture.durationMs / 2, JSON.stringify(capture))
  assert.ok(ticks > 10, `${ticks} ticks`)
  assertLeak(await leakguard.analyze(path))
  assert.deepEqual(fs.readdirSync(join(path, '..')), ['a.heapsnapshot'])
})

test('auto takes the twin where there is one', { skip }, async () => {
  const { capture } = await leakguard.census()
  assert.equal(capture.mode, 'twin')
  assert.match(capture.reason, /app goes on/)
})

test('a census leaves nothing but the report', async (t) => {
  const folder = folderFor(t)
  for (const mode of twin ? ['twin', 'inline'] : ['inline']) {
    const report = await program(
      `${prelude(OBJECTS)} leakguard.census({ mode: '${mode}', top: 7 }).then((report) => console.log(JSON.stringify(report)))`,
      { env: { ...process.env, LEAKGUARD_DIR: folder } },
    )
    assertLeak(report)
    assert.ok(report.classes.length <= 7)
    assert.equal(report.capture.mode, mode)
    // A heap that is walked makes no snapshot.
    if (report.evidence === 'walker') assert.equal(report.capture.bytes, undefined)
    else assert.ok(report.capture.bytes > 1e6)
    assert.deepEqual(fs.readdirSync(folder), [])
  }
})

test('compressed on the way, by a twin and inline', async (t) => {
  const folder = folderFor(t)
  const zstdInline = typeof require('node:zlib').createZstdCompress === 'function'
  const ways = [
    ...(twin ? [['twin', 'gzip'], ['twin', 'zstd']] : []),
    ['inline', 'gzip'],
    ...(zstdInline ? [['inline', 'zstd']] : []),
  ]
  for (const [mode, compress] of ways) {
    const path = join(folder, `${mode}.${compress}`)
    const capture = await leakguard.writeSnapshot(path, { mode, compress })
    const bytes = fs.readFileSync(path)
    assert.equal(capture.bytes, bytes.length)
    assert.equal(fs.statSync(path).mode & 0o777, 0o600)
    if (compress === 'gzip') assert.ok(JSON.parse(gunzipSync(bytes)).strings.length > 1000)
    assert.ok((await leakguard.analyze(path)).nodeCount > 1000)
  }
  assert.equal(fs.readdirSync(folder).length, ways.length)
  if (!zstdInline) {
    await assert.rejects(leakguard.writeSnapshot(join(folder, 'no'), { mode: 'inline', compress: 'zstd' }), { code: 'ERR_LEAKGUARD_UNSUPPORTED' })
  }
})

test('the default name says how it is compressed', async (t) => {
  const env = { ...process.env, LEAKGUARD_DIR: folderFor(t) }
  const path = await program(`leakguard.writeSnapshot({ compress: 'gzip' }).then(({ path }) => console.log(JSON.stringify(path)))`, { env })
  assert.match(path, /\.heapsnapshot\.gz$/)
})

for (const mode of twin ? ['twin', 'inline'] : ['inline']) {
  test(`into a slow stream, ${mode}: all bytes, never many at once, and then its end`, async (t) => {
    const { bytes, capture, most, ended, sum } = await program(`${prelude(OBJECTS)}
      const { Writable } = require('node:stream')
      const chunks = []
      let most = 0
      const slow = new Writable({
        highWaterMark: 1 << 16,
        write(chunk, encoding, done) { chunks.push(chunk); most = Math.max(most, slow.writableLength); setTimeout(done, 1) },
      })
      let ended = false
      slow.on('finish', () => (ended = true))
      leakguard.writeSnapshot(slow, { mode: '${mode}' }).then((capture) => {
        const text = Buffer.concat(chunks)
        console.log(JSON.stringify({ bytes: text.length, capture, most, ended, sum: JSON.parse(text).strings.length }))
      })`, { env: { ...process.env, LEAKGUARD_DIR: folderFor(t) } })
    assert.equal(capture.bytes, bytes)
    assert.equal(capture.mode, mode)
    assert.equal(capture.path, undefined)
    assert.ok(ended && sum > 1000)
    assert.ok(most < 1 << 20, `${most} bytes waited`)
  })

  test(`a stream that fails, ${mode}: its error is told, and nothing is left`, async (t) => {
    const folder = folderFor(t)
    const answer = await program(`${prelude(OBJECTS)}
      const { Writable } = require('node:stream')
      const broken = new Writable({ write(chunk, encoding, done) { done(new Error('no more')) } })
      broken.on('error', () => {})
      leakguard.writeSnapshot(broken, { mode: '${mode}' }).catch(async ({ code, message, cause }) => {
        await sleep(50)
        console.log(JSON.stringify({ code, message, cause: cause.message, destroyed: broken.destroyed, children: children().length }))
      })`, { env: { ...process.env, LEAKGUARD_DIR: folder } })
    assert.equal(answer.code, 'ERR_LEAKGUARD_IO')
    assert.equal(answer.cause, 'no more')
    assert.deepEqual([answer.destroyed, answer.children], [true, 0])
    assert.deepEqual(fs.readdirSync(folder), [])
  })
}

test('an abort ends the twin and leaves no file', { skip }, async (t) => {
  const folder = folderFor(t)
  const answer = await program(`${prelude(OBJECTS)}
    const controller = new AbortController()
    const { signal } = controller
    aTwin().then(() => controller.abort(new Error('enough')))
    // One that was done before it was seen is followed by another.
    const path = ${JSON.stringify(join(folder, 'a'))}
    const capture = () => leakguard.writeSnapshot(path, { mode: 'twin', signal }).then(() => (fs.rmSync(path), capture()))
    capture().catch(({ code, cause }) => console.log(JSON.stringify({ code, cause: cause.message, children: children() })))`)
  assert.deepEqual(answer, { code: 'ERR_LEAKGUARD_CANCELLED', cause: 'enough', children: [] })
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('a second capture waits, or is refused where it was told so', { skip }, async (t) => {
  const folder = folderFor(t)
  const answer = await program(`
    const first = leakguard.writeSnapshot(${JSON.stringify(join(folder, 'a'))})
    const refused = leakguard.writeSnapshot(${JSON.stringify(join(folder, 'b'))}, { busy: 'reject' }).catch(({ code }) => code)
    const third = leakguard.writeSnapshot(${JSON.stringify(join(folder, 'c'))})
    Promise.all([first, refused, third]).then(([a, b, c]) => console.log(JSON.stringify([a.bytes > 0, b, c.bytes > 0])))`)
  assert.deepEqual(answer, [true, 'ERR_LEAKGUARD_BUSY', true])
  assert.deepEqual(fs.readdirSync(folder).sort(), ['a', 'c'])
})

test('a worker captures its own heap by a twin, while the main thread captures too', { skip }, async (t) => {
  const folder = folderFor(t)
  const answer = await program(`
    const { Worker } = require('node:worker_threads')
    const worker = new Worker(\`
      globalThis.kept = ['only in the worker']
      require('leakguard').writeSnapshot(${JSON.stringify(join(folder, 'worker'))}, { mode: 'twin' })
        .then((capture) => require('node:worker_threads').parentPort.postMessage(capture))\`, { eval: true })
    const own = leakguard.writeSnapshot(${JSON.stringify(join(folder, 'main'))}, { mode: 'twin' })
    Promise.all([new Promise((resolve) => worker.on('message', resolve)), own])
      .then((captures) => console.log(JSON.stringify(captures.map(({ mode }) => mode))))`)
  assert.deepEqual(answer, ['twin', 'twin'])
  const has = (name) => JSON.parse(fs.readFileSync(join(folder, name), 'utf8')).strings.includes('only in the worker')
  assert.ok(has('worker') && !has('main'))
})

test('a capture of another thread is refused where it was told so', { skip }, async () => {
  const answers = await program(`${prelude(OBJECTS)}
    const { Worker } = require('node:worker_threads')
    const { once } = require('node:events')
    const worker = new Worker(\`
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', () => require('leakguard').census({ mode: 'twin', busy: 'reject' })
        .then(() => 'done', ({ code }) => code).then((answer) => parentPort.postMessage(answer)))\`, { eval: true })
    ;(async () => {
      await once(worker, 'online')
      const answers = []
      // A twin that was done before the worker asked is followed by another.
      while (answers.at(-1) !== 'ERR_LEAKGUARD_BUSY' && answers.length < 20) {
        let isDone = false
        const own = leakguard.census({ mode: 'twin', walker: false }).finally(() => (isDone = true))
        while (!isDone && children().length === 0) await sleep(1)
        worker.postMessage('now')
        answers.push((await once(worker, 'message'))[0])
        await own
      }
      console.log(JSON.stringify(answers))
      worker.terminate()
    })()`)
  assert.equal(answers.at(-1), 'ERR_LEAKGUARD_BUSY', String(answers))
})

test('captures one after another leave nothing in the process', { skip }, async (t) => {
  const path = JSON.stringify(join(folderFor(t), 'a'))
  const { before, after, attempts } = await program(`${prelude(100)}
    ;(async () => {
      await leakguard.writeSnapshot(${path}, { mode: 'twin' }) // libuv's threads come with the first
      await sleep(500)
      const before = inventory()
      let attempts = 0
      for (let nth = 0; nth < 12; nth++) attempts += (await leakguard.writeSnapshot(${path}, { mode: 'twin', priority: 'normal' })).attempts
      // A thread of ours may need a moment to wind down.
      const { unforked, ...rest } = before
      const same = ({ unforked, ...now }) => JSON.stringify(now) === JSON.stringify(rest)
      for (let look = 0; look < 1000 && !same(inventory()); look++) await sleep(20)
      console.log(JSON.stringify({ before, after: inventory(), attempts }))
    })()`)
  assert.ok(attempts >= 12)
  const { unforked, ...rest } = before
  const { unforked: unforkedAfter, ...restAfter } = after
  assert.deepEqual(restAfter, rest)
  // V8's heap is kept out of the forks of spawn again; the heap itself has grown or shrunk meanwhile.
  assert.ok(unforked === 0 || unforkedAfter > unforked / 4, `${unforked} mappings, then ${unforkedAfter}`)
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} to the whole group during a twin: the app's handler runs once, and the capture is whole`, { skip }, async (t) => {
    const path = join(folderFor(t), 'a.heapsnapshot')
    const { child, lines, ended } = started(t, `
      let calls = 0
      process.on('${signal}', () => calls++)
      aTwin().then(() => console.log('twin'))
      const told = async (end) => {
        while (calls === 0) await sleep(10) // where it came late, or not to this twin
        await sleep(100)
        console.log(JSON.stringify({ calls, ...end }))
      }
      leakguard.writeSnapshot(${JSON.stringify(path)}, { mode: 'twin' }).then(
        ({ attempts }) => told({ attempts }),
        ({ code }) => told({ code }))`, { detached: true })
    assert.equal((await lines.next()).value, 'twin')
    process.kill(-child.pid, signal)
    const { calls, code, attempts } = JSON.parse((await lines.next()).value)
    assert.equal(calls, 1)
    await ended
    // The twin ends of the signal as any program would, and is made again.
    if (code === undefined) assert.ok(attempts >= 1 && JSON.parse(fs.readFileSync(path, 'utf8')).strings.length > 1000)
    else assert.equal(code, 'ERR_LEAKGUARD_TWIN')
  })
}

test('a twin that somebody kills half-way is a coded error, and nothing is left', { skip }, async (t) => {
  const folder = folderFor(t)
  const killed = await program(`${prelude(OBJECTS)}
    aTwin().then(end)
    const path = ${JSON.stringify(join(folder, 'a.heapsnapshot'))}
    // One that was done before it was seen is followed by another.
    const capture = () => leakguard.writeSnapshot(path, { mode: 'twin' }).then(() => (fs.rmSync(path), capture()))
    capture().catch(({ code, message }) => console.log(JSON.stringify({ code, message, children: children() })))`)
  assert.equal(killed.code, 'ERR_LEAKGUARD_TWIN')
  assert.match(killed.message, /SIGKILL/)
  assert.deepEqual(killed.children, [])
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('with fallback, what no twin could do is done inline', { skip }, async (t) => {
  const path = JSON.stringify(join(folderFor(t), 'a.heapsnapshot'))
  const capture = await program(`${prelude(1000)}
    const timer = setInterval(() => children().forEach(end), 2)
    const inline = async () => {
      const capture = await leakguard.writeSnapshot(${path}, { fallback: 'inline' })
      return capture.mode === 'inline' ? capture : inline() // a twin that was quicker than the timer
    }
    inline().then((capture) => {
      clearInterval(timer)
      console.log(JSON.stringify(capture))
    })`)
  assert.equal(capture.mode, 'inline')
  assert.match(capture.reason, /no twin could be made: ERR_LEAKGUARD_TWIN/)
})

test('when the app is killed its twin goes too, and the next capture sweeps what it left', { skip }, async (t) => {
  const folder = folderFor(t)
  const { child, lines, ended } = started(t, `
    // Stopped, so that it is not done before it is seen.
    const stopped = async () => {
      for (;;) {
        const [pid] = children()
        if (pid && fs.readFileSync('/proc/' + pid + '/comm', 'utf8').trim() === 'leakguard-twin') return process.kill(pid, 'SIGSTOP'), pid
        await sleep(1)
      }
    }
    const look = async () => { for (;;) try { return await stopped() } catch {} }
    const path = ${JSON.stringify(join(folder, 'a'))}
    const capture = () => leakguard.writeSnapshot(path, { mode: 'twin' }).then(() => (fs.rmSync(path), capture()))
    look().then((pid) => console.log(pid))
    capture()`, { objects: 200_000 })
  const pid = Number((await lines.next()).value)
  child.kill('SIGKILL')
  await ended
  const alive = () => {
    try {
      return !/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
    } catch {
      return false
    }
  }
  for (let nth = 0; nth < 6000 && alive(); nth++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(!alive())
  assert.equal(fs.readdirSync(folder).filter((name) => name.endsWith('.tmp')).length, 1)
  const foreign = '.a.leakguard-00000000-1-0123456789abcdef.tmp' // of another host: young ones are left alone
  fs.writeFileSync(join(folder, foreign), '')
  await leakguard.writeSnapshot(join(folder, 'b'))
  assert.deepEqual(fs.readdirSync(folder).sort(), [foreign, 'b'])
  fs.utimesSync(join(folder, foreign), 1e9, 1e9)
  await leakguard.writeSnapshot(join(folder, 'b'))
  assert.deepEqual(fs.readdirSync(folder), ['b'])
})

test('a fork that is refused is told', { skip: skip || process.getuid() !== 0 && 'needs root to be another user' }, async (t) => {
  const folder = folderFor(t)
  fs.chmodSync(folder, 0o777)
  const { lines } = started(t, `
    const { spawnSync } = require('node:child_process')
    const path = ${JSON.stringify(join(folder, 'a'))}
    leakguard.census({ mode: 'twin' }).then(() => {
      const { status, stderr } = spawnSync('prlimit', ['--nproc=1:1', '--pid', process.pid], { encoding: 'utf8' })
      if (status !== 0) return console.log(JSON.stringify({ no: stderr }))
      process.setuid(65534) // root is free of the limit
      leakguard.writeSnapshot(path, { mode: 'twin' }).then(
        () => console.log('{}'),
        ({ code, message }) => console.log(JSON.stringify({ code, message })))
    })`)
  const { code, message, no } = JSON.parse((await lines.next()).value)
  if (no !== undefined) return t.skip(`no limit could be set: ${no}`)
  assert.equal(code, 'ERR_LEAKGUARD_TWIN')
  assert.match(message, /EAGAIN|temporarily unavailable|threads|processes/i)
  assert.deepEqual(fs.readdirSync(folder), [])
})

test("on Node 20 V8's line tables are built in the twin, and the app does not wait for that", { skip }, async (t) => {
  const folder = folderFor(t)
  await program(`
    const fs = require('node:fs')
    const { Session } = require('node:inspector')
    const { post } = Session.prototype
    Session.prototype.post = function (...given) {
      const thread = fs.readFileSync('/proc/self/comm', 'utf8').trim()
      fs.appendFileSync(${JSON.stringify(join(folder, 'posted'))}, thread + ' ' + given[0] + '\\n')
      return post.apply(this, given)
    }
    leakguard.writeSnapshot(${JSON.stringify(join(folder, 'a'))}, { mode: 'twin' })`)
  const old = Number(process.versions.v8.split('.')[0]) < 12
  const posted = old ? fs.readFileSync(join(folder, 'posted'), 'utf8').trim().split('\n') : []
  // A twin that was made again says it again.
  assert.deepEqual([...new Set(posted)], old ? ['leakguard-twin Debugger.enable', 'leakguard-twin Debugger.disable'] : [])
  assert.deepEqual(fs.readdirSync(folder).sort(), old ? ['a', 'posted'] : ['a'])
})

for (const args of [['--jitless'], ['--max-old-space-size=64'], ['--inspect=0'], ['--v8-pool-size=0']]) {
  test(`a process under ${args}`, { skip }, async (t) => {
    const path = join(folderFor(t), 'a')
    const source = `leakguard.writeSnapshot(${JSON.stringify(path)}, { mode: 'twin' }).then(({ mode }) => console.log(mode))`
    const { stdout, code, stderr } = await node([...args, '-e', `const leakguard = require('leakguard');${prelude(1000)};${source}`])
    assert.equal(stdout, 'twin\n', stderr)
    assert.equal(code, 0)
    assert.ok(JSON.parse(fs.readFileSync(path, 'utf8')).strings.length > 1000)
  })
}

test('a pause that is estimated to be longer than allowed is refused, with the estimate', async (t) => {
  const folder = folderFor(t)
  await assert.rejects(leakguard.writeSnapshot(join(folder, 'a'), { mode: 'inline', maxPause: '1ms' }), (error) => {
    assert.equal(error.code, 'ERR_LEAKGUARD_PAUSE')
    assert.ok(error.estimateMs > 1)
    return true
  })
  assert.throws(() => leakguard.writeSnapshotSync(join(folder, 'a'), { maxPause: 1 }), { code: 'ERR_LEAKGUARD_PAUSE' })
  await leakguard.writeSnapshot(join(folder, 'b'), { mode: 'inline', maxPause: '1h' })
  assert.deepEqual(fs.readdirSync(folder), ['b'])
  if (twin) await leakguard.writeSnapshot(join(folder, 'c'), { mode: 'twin', maxPause: '1ms' }) // of inline captures only
})

test('unknown modes and durations are named', async () => {
  await assert.rejects(leakguard.writeSnapshot('a', { mode: 'fast' }), /"mode" must be 'auto' or 'twin' or 'inline', got 'fast'/)
  await assert.rejects(leakguard.writeSnapshot('a', { maxPause: 'soon' }), /"maxPause" must be ms or a text such as '30s', got 'soon'/)
  await assert.rejects(leakguard.census({ compress: 'gzip' }), /"compress" is not known/)
})
