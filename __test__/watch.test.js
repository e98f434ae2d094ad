'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { EventEmitter } = require('node:events')
const leakguard = require('leakguard')
const { Evidence } = require('../lib/watch/evidence.js')
const { Pressure } = require('../lib/watch/pressure.js')
const { Series } = require('../lib/watch/series.js')
const { node, program, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

const { twin } = leakguard.capabilities()

/**
 * A program whose work goes on until there is a leak event, or so many readings; `leaky` keeps what it makes. It tells what
 * its watchdog said of growth, and what is left in the process when that was stopped. The machine may be short of memory: what
 * is said of pressure is another test's.
 */
const watched = (leaky, options, readings) => `
  const kept = []
  const events = []
  const before = inventory()
  function inventory() {
    return { listeners: process.eventNames().flatMap((name) => process.listeners(name)).length, resources: process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length }
  }
  const watchdog = leakguard.watch(${JSON.stringify(options)})
  for (const name of ['suspicion', 'leak', 'recovered', 'error']) watchdog.on(name, (message) => events.push([name, message]))
  let stats = 0
  watchdog.on('stats', () => stats++)
  const work = () => {
    let passing = []
    for (let nth = 0; nth < 2000; nth++) passing.push({ nth, text: 'passing ' + nth })
    ${leaky ? 'for (let nth = 0; nth < 1500; nth++) kept.push({ date: new Date(nth), url: "/product/" + kept.length })' : ''}
    leakguard.gc()
    const done = stats >= ${readings} || events.some(([name]) => name === 'leak')
    if (!done) return setTimeout(work, 40)
    const samples = watchdog.samples().length
    const { verdict } = watchdog
    watchdog.stop()
    watchdog.stop()
    // A look at the heap that was under way winds down.
    let looks = 0
    const tell = () => {
      const after = inventory()
      if (JSON.stringify(after) !== JSON.stringify(before) && ++looks < 1000) return setTimeout(() => setImmediate(tell), 20)
      console.log(JSON.stringify({ events, stats, samples, verdict, before, after }))
    }
    setTimeout(() => setImmediate(tell), 50)
  }
  work()`

test('a leaking program: suspicion, then one leak event that names what leaks; and nothing is left after the stop', async () => {
  const options = { sensitivity: 'high', interval: '200ms', evidence: twin }
  const { events, stats, samples, before, after } = await program(watched(true, options, 5000))
  const names = events.map(([name]) => name)
  // A suspicion may be dropped and come again while the machine is busy with others; the leak is told once.
  assert.equal(names[0], 'suspicion', JSON.stringify(events))
  assert.deepEqual(names.filter((name) => name !== 'suspicion'), ['leak'], JSON.stringify(events))
  const [, leak] = events.at(-1)
  assert.equal(leak.kind, 'heap')
  assert.equal(leak.state, 'confirmed')
  assert.ok(leak.growthBytes > 0 && leak.bytesPerHour > 0)
  assert.match(leak.text, /Leak: the heap \+[\d.]+ (MB|kB)/)
  if (twin) {
    assert.ok(['walker', 'snapshot'].includes(leak.evidence), leak.evidence)
    assert.equal(leak.capture.mode, 'twin')
    assert.match(leak.suspects[0].name, /kept/)
    assert.match(leak.text, /kept/)
    // Sampled from the suspicion on: what stays was allocated in work().
    assert.ok(leak.allocations.some((site) => site.function === 'work' && site.share >= 0.1), JSON.stringify(leak.allocations))
    assert.match(leak.text, /Allocated in \w+\(\)/)
    assert.ok(leak.suspects[0].sites.length > 0)
  }
  assert.ok(stats >= 10 && samples >= 10)
  assert.deepEqual(after, before)
})

test('a healthy program: silence', async () => {
  const { events, stats, verdict } = await program(watched(false, { sensitivity: 'high', interval: '200ms' }, 80))
  assert.deepEqual(events, [])
  assert.ok(stats >= 80)
  assert.equal(verdict.leak, false)
})

for (const evidence of [true, false]) {
  test(`with a folder and evidence: ${evidence}: the snapshot of the leak is kept there, so many and no more`, { skip: !twin }, async (t) => {
    const folder = join(folderFor(t), 'heaps')
    fs.mkdirSync(folder)
    for (const nth of [1, 2, 3]) fs.writeFileSync(join(folder, `leakguard-leak-2020-01-0${nth}.heapsnapshot`), '')
    fs.writeFileSync(join(folder, 'mine.heapsnapshot'), '')
    const { events } = await program(watched(true, { sensitivity: 'high', interval: '200ms', evidence, snapshotDir: folder, keep: 2, redact: evidence }, 5000))
    const [, leak] = events.find(([name]) => name === 'leak')
    assert.equal(fs.statSync(leak.capture.path).mode & 0o777, 0o600)
    assert.equal(fs.readFileSync(leak.capture.path, 'latin1').includes('[redacted '), evidence)
    const left = fs.readdirSync(folder).sort()
    assert.deepEqual(left.filter((name) => name.includes('2020')), ['leakguard-leak-2020-01-03.heapsnapshot'])
    assert.equal(left.length, 3)
    assert.ok(left.includes('mine.heapsnapshot'))
  })
}

test('what a listener throws is an uncaught exception, and the watchdog goes on; two of them do not mind each other', async () => {
  const answer = await program(`
    const seen = { uncaught: 0, first: 0, second: 0 }
    process.on('uncaughtException', () => seen.uncaught++)
    const first = leakguard.watch()
    const second = leakguard.watch()
    first.on('stats', () => { seen.first++; throw new Error('mine') })
    second.on('stats', () => seen.second++)
    let turns = 0
    const timer = setInterval(() => {
      leakguard.gc()
      if (++turns < 5) return
      clearInterval(timer)
      const wait = setInterval(() => {
        if (seen.first < 5 || seen.second !== seen.first || seen.uncaught !== seen.first) return
        clearInterval(wait)
        first.stop()
        second.stop()
        console.log(JSON.stringify(seen))
      }, 20)
    }, 20)`)
  // A forced collection can be two.
  assert.ok(answer.first >= 5)
  assert.deepEqual(answer, { uncaught: answer.first, first: answer.first, second: answer.first })
})

test('a blocked loop loses no reading', async () => {
  const [stats, spread] = await program(`
    const watchdog = leakguard.watch()
    const times = []
    watchdog.on('stats', ({ time }) => times.push(time))
    for (let nth = 0; nth < 8; nth++) { leakguard.gc(); for (let wait = Date.now() + 100; Date.now() < wait;); }
    const wait = setInterval(() => {
      if (times.length < 8) return
      clearInterval(wait)
      watchdog.stop()
      console.log(JSON.stringify([times.length, times.at(-1) - times[0]]))
    }, 20)`)
  assert.ok(stats >= 8, `${stats} readings`)
  // perf_hooks tells later, but with the times of the collections.
  assert.ok(spread > 300, `${spread} ms from the first to the last`)
})

test('readings are in the order of their times, whenever they are told', () => {
  const series = new Series(100)
  for (const time of [10, 30, 40, 20, 35, 50]) series.add({ time, markCompact: time !== 30 })
  assert.deepEqual(series.readings().map(({ time }) => time), [10, 20, 30, 35, 40, 50])
})

test('pressure is told once a band', async () => {
  const bands = await program(`
    const v8 = require('node:v8')
    const real = v8.getHeapStatistics
    let share = 0.5
    v8.getHeapStatistics = () => { const figures = real(); return { ...figures, heap_size_limit: figures.used_heap_size / share } }
    const watchdog = leakguard.watch()
    const bands = []
    watchdog.on('pressure', ({ limit, band }) => bands.push([limit, band]))
    const steps = [0.5, 0.86, 0.87, 0.96, 0.97, 0.86, 0.5, 0.88]
    // A step is over when its collection was told of.
    const step = () => {
      share = steps.shift() ?? 0
      if (share > 0) return watchdog.once('stats', () => setTimeout(step, 20)), leakguard.gc()
      clearInterval(alive)
      watchdog.stop()
      console.log(JSON.stringify(bands.filter(([limit]) => limit === 'heap').map(([, band]) => band)))
    }
    const alive = setInterval(() => {}, 1000)
    step()`)
  assert.deepEqual(bands, [0.8, 0.9, 0.8])
})

test('the cgroup has bands of its own, in which page cache does not count', () => {
  const pressure = new Pressure([0.9, 0.8])
  const at = (share, more) => pressure.entered({ heapUsed: 1, cgroup: { limit: 1000, current: 1000, headroom: 1000 * (1 - share) }, ...more }).map(({ limit, band }) => [limit, band])
  assert.deepEqual([0.5, 0.85, 0.86, 0.95, 0.96].map((share) => at(share)), [[], [['cgroup', 0.8]], [], [['cgroup', 0.9]], []])
  assert.deepEqual([0.5, 0.95].map((share) => at(share)), [[], [['cgroup', 0.9]]], 'the highest alone')
  assert.deepEqual(at(0.95, { heapUsed: 85, heapLimit: 100 }), [['heap', 0.8]])
  assert.deepEqual(pressure.entered({ heapUsed: 1 }), [], 'without limits')
})

test('near the heap limit a snapshot is left, where that was asked for', { skip: !twin }, async (t) => {
  const folder = join(folderFor(t), 'heaps')
  await program(`
    const v8 = require('node:v8')
    const real = v8.getHeapStatistics
    const watchdog = leakguard.watch({ onHeapLimit: 'snapshot', snapshotDir: ${JSON.stringify(folder)} })
    v8.getHeapStatistics = () => { const figures = real(); return { ...figures, heap_size_limit: figures.used_heap_size / 0.97 } }
    leakguard.gc()
    const fs = require('node:fs')
    const timer = setInterval(() => {
      if (!fs.existsSync(${JSON.stringify(folder)}) || !fs.readdirSync(${JSON.stringify(folder)}).some((name) => /^leakguard-limit-/.test(name))) return
      clearInterval(timer)
      watchdog.stop()
    }, 20)`)
  assert.equal(fs.readdirSync(folder).length, 1)
})

test('a heap that fills until V8 ends the process: evidence is left, and the recorder tells how near it was', { skip: !twin }, async (t) => {
  const folder = folderFor(t)
  const [heaps, recorder] = [join(folder, 'heaps'), join(folder, 'a.rec')]
  const source = `
    const fs = require('node:fs')
    const watchdog = require(${JSON.stringify(root)}).watch({ onHeapLimit: 'snapshot', maxPause: '1ms', snapshotDir: ${JSON.stringify(heaps)}, recorder: ${JSON.stringify(recorder)}, interval: '100ms' })
    const kept = []
    watchdog.on('error', ({ message }) => console.error(message))
    // The leak waits for the watchdog where it is near the limit, and for the snapshot that has begun, as a slow one would.
    const v8 = require('node:v8')
    let waited = 0
    const isNear = () => {
      const { used_heap_size: used, heap_size_limit: limit } = v8.getHeapStatistics()
      const near = used > limit * 0.85 && waited++ < 2000 // from 0.92 on one turn can be the last
      if (near && waited % 50 === 0) require(${JSON.stringify(root)}).gc() // a reading of what lives: nothing else is allocated now
      return near
    }
    const waits = () => fs.existsSync(${JSON.stringify(heaps)}) ? !fs.readdirSync(${JSON.stringify(heaps)}).some((name) => /^leakguard-limit-/.test(name)) : isNear()
    setInterval(() => {
      if (waits()) return
      // In small arrays: a large one that grows takes megabytes at a time.
      kept.push(Array.from({ length: 300 }, (_, nth) => ({ nth, text: 'kept ' + kept.length + '.' + nth })))
    }, 5)`
  const { code, signal, stderr } = await node(['--max-old-space-size=40', '--max-semi-space-size=1', '-e', source], { cwd: folder })
  assert.ok(signal === 'SIGABRT' || code !== 0, `${code} ${signal}`)
  assert.match(stderr, /heap out of memory|heap limit/i)
  const [name] = fs.readdirSync(heaps).filter((name) => /^leakguard-limit-\d+-\d+\.heapsnapshot$/.test(name))
  const { suspects } = await leakguard.analyze(join(heaps, name))
  assert.ok(suspects.some((suspect) => suspect.name.includes('kept')), JSON.stringify(suspects))
  const run = (await leakguard.postmortem(recorder)).runs.at(-1)
  assert.equal(run.ending.how, 'cut')
  assert.equal(run.ending.nearest.limit, 'heap')
  assert.ok(run.ending.nearest.share > 0.5, JSON.stringify(run.ending))
  assert.ok(run.events.some(({ text }) => /nearly at its limit/.test(text)), JSON.stringify(run.events))
})

// One turn that fills the heap: no timer of anybody runs before V8 ends the process.
for (const [onHeapLimit, file] of [['snapshot', /^Heap\..*\.heapsnapshot$/], ['report', /^report\..*\.json$/]]) {
  test(`a heap that is full before the loop turns again leaves what Node writes: ${onHeapLimit}`, async (t) => {
    const folder = folderFor(t)
    const source = `
      const { watch } = require(${JSON.stringify(root)})
      const watchdog = watch({ onHeapLimit: ${JSON.stringify(onHeapLimit)}, maxPause: '10m', recorder: 'a.rec', interval: '20ms' })
      let samples = 0
      watchdog.on('sample', () => {
        if (++samples !== 3) return
        const keptInOneTurn = []
        for (;;) keptInOneTurn.push({ text: 'kept ' + keptInOneTurn.length })
      })
      setInterval(() => {}, 1000)`
    const { code, signal } = await node(['--max-old-space-size=30', '--max-semi-space-size=1', '-e', source], { cwd: folder })
    assert.ok(signal === 'SIGABRT' || code !== 0, `${code} ${signal}`)
    const names = fs.readdirSync(folder).filter((name) => file.test(name))
    assert.equal(names.length, 1, String(fs.readdirSync(folder)))
    const path = join(folder, names[0])
    if (onHeapLimit === 'report') assert.match(JSON.parse(fs.readFileSync(path, 'utf8')).header.trigger, /OOM|Fatal/)
    else assert.ok((await leakguard.analyze(path)).suspects.length > 0)
    const [run] = (await leakguard.postmortem(join(folder, 'a.rec'))).runs
    assert.equal(run.ending.how, 'cut')
    assert.ok(run.samples.length >= 2)
  })
}

test('a report at the end is asked of Node while somebody watches, and not longer', async () => {
  const asked = await program(`
    const told = []
    const look = () => told.push(process.report.reportOnFatalError)
    look()
    const [first, second] = [0, 1].map(() => leakguard.watch({ onHeapLimit: 'report' }))
    look()
    first.stop()
    first.stop()
    look()
    second.stop()
    look()
    console.log(JSON.stringify(told))`)
  assert.deepEqual(asked, [false, true, true, false])
})

test('one leak that is judged now as one kind of memory, now as another, is told once, until it has grown by half', async () => {
  const { stdout, stderr } = await node(['-e', `
    const verdict = (kind, growthBytes) => ({ state: 'confirmed', leak: true, kind, growthBytes, bytesPerHour: 1e6, confidence: 1, reason: 'it grows', readings: 50 })
    const verdicts = [verdict('heap', 10e6), verdict('external', 10.5e6), verdict('native', 11e6), verdict('external', 16e6)]
    let nth = 0
    require('./lib/detect.js').detect = () => verdicts[Math.min(nth++, verdicts.length - 1)]
    const watchdog = require('leakguard').watch({ evidence: false, sites: false })
    const told = []
    watchdog.on('leak', ({ kind, growthBytes, memory }) => told.push([kind, growthBytes]))
    const timer = setInterval(() => {
      require('leakguard').gc()
      if (nth < 6) return
      clearInterval(timer)
      watchdog.stop()
      console.log(JSON.stringify(told))
    }, 100)`])
  assert.equal(stderr, '')
  assert.deepEqual(JSON.parse(stdout), [['heap', 10e6], ['external', 16e6]])
})

test('without the addon it says so once, and watches what can be watched', async () => {
  const { samples, warnings } = await program(`
    process.env.NAPI_RS_NATIVE_LIBRARY_PATH = '/missing.node'
    const Module = require('node:module')
    const { _load } = Module
    Module._load = (name, ...rest) => { if (name.endsWith('.node') || name.startsWith('leakguard-')) throw new Error('no such addon'); return _load(name, ...rest) }
    const warnings = []
    process.on('warning', ({ code, message }) => warnings.push(code ?? message))
    const watchdog = leakguard.watch({ interval: '50ms' })
    let samples = 0
    watchdog.on('sample', () => samples++)
    // Each second there is a judgement, which needs the addon.
    const timer = setInterval(() => {
      if (process.uptime() < 4 || samples < 20) return
      clearInterval(timer)
      watchdog.stop()
      console.log(JSON.stringify({ samples, warnings }))
    }, 50)`)
  assert.ok(samples >= 20)
  assert.deepEqual(warnings, ['ERR_LEAKGUARD_NATIVE_MISSING'])
})

test('a clock that jumps, and a machine that sleeps, change no time of the readings and raise no suspicion', { skip: process.platform === 'win32' }, async () => {
  const child = spawn(process.execPath, ['-e', `
    const real = Date.now
    const watchdog = require('leakguard').watch({ interval: '50ms', sensitivity: 'high' })
    const events = []
    for (const name of ['suspicion', 'leak', 'recovered', 'error']) watchdog.on(name, ({ message, reason }) => events.push([name, message ?? reason]))
    let samples = 0
    watchdog.on('sample', () => {
      samples++
      if (samples === 10) Date.now = () => real() + 86400e3
      if (samples === 20) Date.now = () => real() - 86400e3
      if (samples === 30) process.send('asleep')
      if (samples !== 60) return
      const times = watchdog.samples().map(({ time }) => time)
      watchdog.stop()
      process.send({ events, steps: times.slice(1).map((time, nth) => time - times[nth]) }, () => process.disconnect())
    })
    const timer = setInterval(() => samples < 60 ? require('leakguard').gc() : clearInterval(timer), 70)`], { cwd: root, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await once(child, 'message')
  child.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 1500))
  child.kill('SIGCONT')
  const [{ events, steps }] = await once(child, 'message')
  assert.deepEqual(events, [])
  // Of a day there is nothing; readings of collections and of the timer may come in the order in which they are told.
  assert.ok(steps.every((step) => Math.abs(step) < 3600e3), String(steps))
  assert.ok(Math.max(...steps) >= 1000, 'the sleep is there')
})

test("a heap limit that changes: the forecast is that of the last one", () => {
  const readings = (limitOf) => Array.from({ length: 80 }, (_, nth) => ({ time: nth * 1000, heapUsed: 50e6 + nth * 1e6, heapLimit: limitOf(nth), markCompact: true }))
  const reached = (limitOf) => leakguard.detect(readings(limitOf)).reachesLimitAt
  assert.equal(reached((nth) => (nth < 79 ? 200e6 : 400e6)), reached(() => 400e6))
  assert.ok(reached(() => 200e6) < reached(() => 400e6))
  assert.equal(leakguard.detect([{ time: 0, heapUsed: 1e6 }]).state, 'watching', 'one reading says nothing')
})

test('the recorder has the size and the notes that it was given', async (t) => {
  const file = join(folderFor(t), 'a.rec')
  const watchdog = leakguard.watch({ recorder: { file, size: '128KiB', meta: { build: 'abc' } } })
  watchdog.stop()
  assert.ok(fs.statSync(file).size <= 128 * 1024 && fs.statSync(file).size > 100 * 1024)
  assert.deepEqual((await leakguard.postmortem(file)).runs[0].process.meta, { build: 'abc' })
})

test('what happens in turn is told by events, on the diagnostics channels, and to the recorder', async (t) => {
  const file = join(folderFor(t), 'a.rec')
  const { stdout, stderr } = await node(['-e', `
    const { subscribe } = require('node:diagnostics_channel')
    const told = []
    // Each state lasts until what it leads to was told; then the judgement fails.
    const next = [['suspicious', 'suspicion'], ['confirmed', 'leak'], ['quiet', 'recovered']]
    require('./lib/detect.js').detect = () => {
      const [state] = next.find(([, event]) => !told.includes(event)) ?? []
      if (state === undefined) throw new Error('no such luck')
      return { state, leak: state === 'confirmed', kind: 'heap', growthBytes: 1e7, bytesPerHour: 1e6, confidence: 1, reason: 'it is ' + state, readings: 50 }
    }
    const leakguard = require('leakguard')
    const heard = []
    for (const event of ['stats', 'sample', 'suspicion', 'leak', 'recovered', 'error']) subscribe('leakguard:' + event, () => heard.push(event))
    const watchdog = leakguard.watch({ evidence: false, sites: false, recorder: ${JSON.stringify(file)} })
    for (const event of ['suspicion', 'leak', 'recovered', 'error']) watchdog.on(event, () => told.push(event))
    const timer = setInterval(() => {
      leakguard.gc()
      if (!told.includes('error') || !heard.includes('sample')) return
      clearInterval(timer)
      watchdog.stop()
      console.log(JSON.stringify({ told, heard, state: watchdog.verdict.state }))
    }, 50)`])
  assert.equal(stderr, '')
  const { told, heard, state } = JSON.parse(stdout)
  assert.deepEqual(told, ['suspicion', 'leak', 'recovered', 'error'])
  assert.deepEqual(heard.filter((event) => told.includes(event)), told)
  assert.ok(heard.includes('stats'))
  assert.equal(state, 'quiet')
  const { events } = (await leakguard.postmortem(file)).runs[0]
  // The machine may be short of memory.
  const kinds = events.filter(({ kind }) => kind !== 'pressure').map(({ kind }) => kind)
  assert.deepEqual(kinds, ['start', 'suspicion', 'leak', 'recovered', 'note', 'stop'])
  assert.equal(events.find(({ kind }) => kind === 'note').text, 'no such luck')
})

test('it keeps no process alive, works in a worker, and ends with it', async () => {
  const answer = await program(`
    leakguard.watch()
    const { Worker } = require('node:worker_threads')
    const worker = new Worker(\`
      const leakguard = require('leakguard')
      const watchdog = leakguard.watch()
      watchdog.on('stats', (stats) => { require('node:worker_threads').parentPort.postMessage(stats.heapUsed > 0); process.exit() })
      leakguard.gc()
      setInterval(() => {}, 10)\`, { eval: true })
    worker.on('message', (seen) => console.log(seen))`)
  assert.equal(answer, true)
})

test('a look at the heap under way keeps no process alive', { skip: !twin }, async () => {
  const { code, stdout, stderr } = await node(['-e', `
    const { Evidence } = require('./lib/watch/evidence.js')
    const evidence = new Evidence({ looksPerHour: 1, mode: 'twin' })
    evidence.look({ isUrgent: false }).then(() => console.log('looked to the end'))
    process.on('exit', () => console.log('ended'))`])
  assert.deepEqual([code, stdout, stderr], [0, 'ended\n', ''])
})

test('a snapshot that is kept, a count and a look at allocations under way keep no process alive', { skip: !twin }, async (t) => {
  const snapshotDir = folderFor(t)
  for (const work of [`evidence.keep()`, `evidence.count()`, `allocations.around(async () => ({ suspects: [] }))`]) {
    const { code, stdout, stderr } = await node(['-e', `
      const { Allocations } = require('./lib/watch/allocations.js')
      const { Evidence } = require('./lib/watch/evidence.js')
      const evidence = new Evidence({ looksPerHour: 1, mode: 'twin', snapshotDir: ${JSON.stringify(snapshotDir)}, keep: 1 })
      const allocations = new Allocations({ sites: true, mode: 'twin' })
      ${work}.then(() => console.log('to the end'))
      process.on('exit', () => console.log('ended'))`])
    assert.deepEqual([code, stdout, stderr], [0, 'ended\n', ''], work)
  }
})

test('allocations are sampled as often as the rate of allocation affords', async () => {
  const [rate, ...intervals] = await program(`
    const { AllocationRate } = require('./lib/watch/allocation-rate.js')
    const { Allocations } = require('./lib/watch/allocations.js')
    const { joinSampling } = require('./lib/sites/sampling.js')
    const intervalAt = (sites, rate) => {
      const allocations = new Allocations({ sites, mode: 'auto' }, rate)
      allocations.suspicious()
      const joined = joinSampling({ interval: 1, depth: 1 })
      joined.release()
      allocations.stop()
      return joined.interval
    }
    const feed = require('./lib/gc-feed.js').gcFeed()
    const rate = new AllocationRate(() => feed.totals())
    const start = performance.now()
    let bytes = 0
    let kept
    while (performance.now() - start < 1000) {
      for (let nth = 0; nth < 1000; nth++, bytes += 8 * 100) kept = new Array(98).fill(nth)
    }
    const perSecond = bytes / ((performance.now() - start) / 1000)
    // Where collections come from perf_hooks, they are told when the loop comes round.
    setTimeout(() => {
      console.log(JSON.stringify([kept.length && rate.read() / perSecond, intervalAt(true), ...[0, 1e6, 200e6, 1e12].map((rate) => intervalAt('suspicious', () => rate))]))
      feed.stop()
    }, 20)`)
  assert.ok(rate > 0.4 && rate < 2.5, `${rate} of the true rate`)
  assert.deepEqual(intervals, [256 * 1024, 64 * 1024, 64 * 1024, 200_000, 512 * 1024])
})

test('a capture of the app that waits for such a look is waited for', { skip: !twin }, async (t) => {
  const path = join(folderFor(t), 'app.heapsnapshot')
  const { code, stdout, stderr } = await node(['-e', `
    const { Evidence } = require('./lib/watch/evidence.js')
    new Evidence({ looksPerHour: 1, mode: 'twin' }).look({ isUrgent: false })
    setImmediate(() => require('leakguard').writeSnapshot(${JSON.stringify(path)}, { mode: 'inline', force: true }).then(() => console.log('written')))`])
  assert.deepEqual([code, stdout, stderr], [0, 'written\n', ''])
})

test('snapshots near the limit: so many are kept, of all processes', { skip: !twin }, async (t) => {
  const folder = folderFor(t)
  for (const nth of [1, 2, 3]) fs.writeFileSync(join(folder, `leakguard-limit-${10 - nth}-${nth}.heapsnapshot`), '')
  await program(`
    const { lastEvidence } = require('./lib/watch/last-evidence.js')
    lastEvidence({ onHeapLimit: 'snapshot', snapshotDir: ${JSON.stringify(folder)}, keep: 2, mode: 'twin', maxPause: 0 })`)
  const left = fs.readdirSync(folder)
  assert.equal(left.length, 2)
  assert.ok(left.includes('leakguard-limit-7-3.heapsnapshot'), String(left))
})

test('the recorder has the events, and how it ended, when the process was killed', async (t) => {
  const path = join(folderFor(t), 'leakguard.rec')
  await assert.rejects(program(`
    const watchdog = leakguard.watch({ recorder: ${JSON.stringify(path)}, interval: '20ms' })
    let samples = 0
    watchdog.on('sample', () => { if (++samples === 6) process.kill(process.pid, 'SIGKILL') })
    setInterval(() => {}, 1000)`), /SIGKILL/)
  const { runs } = await leakguard.postmortem(path)
  assert.ok(runs.at(-1).samples.length >= 5)
  assert.equal(runs.at(-1).ending.how, 'cut')
})

test('a watchdog that cannot be had leaves nothing behind', (t) => {
  const inventory = () => [EventEmitter.prototype.on, process.listenerCount('exit'), process.getActiveResourcesInfo().length]
  const before = inventory()
  const recorder = join(folderFor(t), 'no such folder', 'leakguard.rec')
  assert.throws(() => leakguard.watch({ listeners: true, recorder }), { code: 'ERR_LEAKGUARD_IO' })
  assert.deepEqual(inventory(), before)
})

test('what the heap said no to is told all the same when twice as much has come and it cannot be asked again', { skip: !twin }, async () => {
  const told = await program(`
    const { Evidence } = require('./lib/watch/evidence.js')
    const { Inquiry } = require('./lib/watch/inquiry.js')
    let refused = false
    const inquiry = new Inquiry({ looksPerHour: 5, mode: 'twin', beforeCapture: () => !refused })
    const judge = (growthBytes, collections, kind = 'heap') => inquiry.judge({ state: 'confirmed', kind, leak: true, growthBytes, bytesPerHour: 1e15 }, collections)
    setInterval(() => {}, 1000) // looks keep no process alive
    async function main() {
      // What looking itself brings along is there before.
      const evidence = new Evidence({ looksPerHour: 5, mode: 'twin' })
      for (let look = 0; look < 2; look++) await evidence.look({ isUrgent: true })
      const told = [await judge(1e6, 10), await judge(1e6, 20)]
      refused = true
      told.push(await judge(1.5e6, 30), await judge(2e6, 40), await judge(0, 50, 'resources'))
      console.log(JSON.stringify(told.map((one) => one?.missing ?? null)))
      process.exit()
    }
    main()`)
  assert.deepEqual(told, [null, null, null, 'beforeCapture refused', 'beforeCapture refused'])
})

test('beforeCapture refuses by whatever it throws', async () => {
  const refusing = (reason) => new Evidence({ looksPerHour: 1, mode: 'twin', beforeCapture: () => Promise.reject(reason) })
  const missing = []
  for (const reason of [new Error('not now'), 'not today', undefined]) missing.push((await refusing(reason).look({ isUrgent: false })).missing)
  assert.deepEqual(missing, ['not now', 'not today', 'undefined'])
})

test('wrong options are named', () => {
  for (const [options, message] of [
    [{ sensitivity: 'loud' }, /"sensitivity" must be/],
    [{ pressure: [2] }, /"pressure" must be an array of shares/],
    [{ recorder: 3 }, /"recorder" must be a path/],
    [{ recorder: { size: '1MiB' } }, /"recorder" must have a "file"/],
    [{ recorder: { file: 'a', sizes: 1 } }, /"sizes" is not known in "recorder"/],
    [{ redact: 'yes' }, /"redact"/],
    [{ thresholds: { minByts: 3 } }, /"minByts" is not known in "thresholds"/],
    [{ interval: 1 }, /"interval" must be at least 10 ms/],
    [{ interval: '30d' }, /"interval" must be at most 2147483647 ms/],
  ]) {
    assert.throws(() => leakguard.watch(options), (error) => error.code === 'ERR_LEAKGUARD_OPTION' && message.test(error.message))
  }
})
