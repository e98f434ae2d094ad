'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const v8 = require('node:v8')
const { once } = require('node:events')
const { join } = require('node:path')
const leakguard = require('..')
const { History } = require('../lib/sampling/history.js')
const { cgroupFor } = require('./support/cgroup.js')
const { node, program } = require('./support/child.js')

const LINUX = process.platform === 'linux'
const linux = { skip: !LINUX }
const CHEAP = ['time', 'heapUsed', 'heapTotal', 'heapLimit', 'external', 'arrayBuffers', 'malloced', 'nativeContexts', 'detachedContexts', 'rss']

test('a sample has the cheap fields, and they are true', () => {
  const before = process.memoryUsage()
  const start = Date.now()
  const sample = leakguard.sample()
  assert.deepEqual(Object.keys(sample), CHEAP)
  assert.ok(sample.time >= start - 1 && sample.time <= Date.now() + 1)
  assert.ok(Math.abs(sample.heapUsed - before.heapUsed) < 5e6)
  assert.ok(sample.heapTotal >= sample.heapUsed && sample.heapLimit > sample.heapTotal)
  assert.equal(sample.heapLimit, v8.getHeapStatistics().heap_size_limit)
  assert.equal(sample.nativeContexts, v8.getHeapStatistics().number_of_native_contexts)
  assert.ok(sample.external >= sample.arrayBuffers)
  assert.ok(sample.malloced > 0)
})

test('resident memory is told by its parts', linux, () => {
  const { rss, rssAnon, rssFile, rssShared, rssPeak, threads } = leakguard.sample({ fields: ['process'] })
  assert.equal(rss, rssAnon + rssFile + rssShared)
  assert.ok(rssPeak >= rss - 4e6)
  assert.ok(Math.abs(rss - process.memoryUsage().rss) < 20e6)
  const cheap = leakguard.sample()
  assert.ok(Math.abs(cheap.rss - rss) < 20e6)
  assert.ok(Math.abs(threads - fs.readdirSync('/proc/self/task').length) <= 1, 'a thread can come or go between')
})

test('a sample follows what happens', linux, () => {
  const before = leakguard.sample({ fields: ['fds', 'process'] })
  const buffer = Buffer.alloc(30e6, 1)
  const files = Array.from({ length: 7 }, () => fs.openSync(__filename))
  const after = leakguard.sample({ fields: ['fds', 'process'] })
  files.forEach((file) => fs.closeSync(file))
  // A collection between the two can free other buffers.
  assert.ok(after.arrayBuffers - before.arrayBuffers > 0.9 * buffer.length)
  assert.ok(after.external - before.external > 0.9 * buffer.length)
  assert.ok(after.rssAnon - before.rssAnon > 0.7 * buffer.length)
  assert.equal(after.fds - before.fds, 7)
  assert.equal(leakguard.sample({ fields: ['fds'] }).fds, before.fds)
})

test('dear fields come if they are asked for', () => {
  const timers = [1, 2, 3].map(() => setTimeout(() => {}, 1e6))
  const sample = leakguard.sample({ fields: 'all' })
  timers.forEach(clearTimeout)
  assert.ok(sample.resources.Timeout >= 3)
  const spaces = v8.getHeapSpaceStatistics()
  assert.deepEqual(Object.keys(sample.spaces), spaces.map((space) => space.space_name))
  assert.ok(sample.spaces.old_space.used > 1e6 && sample.spaces.old_space.size >= sample.spaces.old_space.used)
  if (LINUX) assert.ok(sample.machineAvailable > 1e6)
  const some = leakguard.sample({ fields: ['spaces'] })
  assert.deepEqual(Object.keys(some), [...CHEAP, 'spaces'])
  assert.deepEqual(JSON.parse(JSON.stringify(some)), some)
})

test('pressure is what the kernel says', { skip: !fs.existsSync('/proc/pressure/memory') }, () => {
  const kernel = () => Number(/some .*total=(\d+)/.exec(fs.readFileSync('/proc/pressure/memory', 'utf8'))[1]) / 1e3
  const before = kernel()
  const { machinePressure, cgroup } = leakguard.sample({ fields: ['pressure'] })
  assert.ok(machinePressure.some.totalMs >= before && machinePressure.some.totalMs <= kernel())
  for (const name of ['avg10', 'avg60', 'avg300']) assert.ok(machinePressure.some[name] >= 0 && machinePressure.some[name] <= 100)
  assert.equal(cgroup?.version === 1 ? cgroup.pressure : undefined, undefined)
})

for (const limit of [1e9, undefined]) {
  test(`a cgroup ${limit === undefined ? 'without' : 'with'} a limit: what it has, and what is left`, linux, async (t) => {
    const group = cgroupFor(t, limit)
    if (!group) return
    const cgroup = await program(`
      require('node:fs').writeFileSync(${JSON.stringify(join(group.path, 'cgroup.procs'))}, String(process.pid))
      const kept = Buffer.alloc(3e7, 1)
      const { cgroup } = leakguard.sample({ fields: ['cgroup'] })
      console.log(JSON.stringify({ ...cgroup, kept: kept.length }))`)
    assert.ok(cgroup.current >= 3e7 && cgroup.reclaimable < cgroup.current, JSON.stringify(cgroup))
    // A machine's own cgroups can have limits above ours.
    if (limit !== undefined) assert.ok(cgroup.limit <= limit && cgroup.headroom <= cgroup.limit - 3e7, JSON.stringify(cgroup))
    else assert.equal(cgroup.limit === undefined, cgroup.headroom === undefined)
  })
}

test('a process without descriptors left is sampled all the same', linux, async () => {
  const answer = await program(`
    leakguard.sample({ fields: ['fds'] })
    const fs = require('node:fs')
    const files = []
    try { for (;;) files.push(fs.openSync('/proc/self/stat')) } catch {}
    const sample = leakguard.sample({ fields: 'all' })
    files.forEach((file) => fs.closeSync(file))
    console.log(JSON.stringify([files.length, sample.fds, sample.heapUsed > 0, sample.rss ?? null, sample.cgroup ?? null]))`)
  const [opened, fds, heap, rss, cgroup] = answer
  assert.ok(fds >= opened)
  assert.deepEqual([heap, rss, cgroup], [true, null, null])
})

test('a sampler tells of samples, with delays and collections since the last', async () => {
  const answer = await program(`
    const sampler = leakguard.startSampling({ interval: 100, fields: [] })
    const samples = []
    const keep = setInterval(() => {}, 5)
    sampler.on('sample', (sample) => {
      samples.push(sample)
      if (samples.length === 2) setTimeout(() => { leakguard.gc(); const end = Date.now() + 150; while (Date.now() < end); }, 20)
      const delayed = samples.some(({ loopDelay }) => loopDelay?.max > 80)
      if (samples.length >= 5 && delayed && samples.some(({ gc }) => gc['mark-compact'])) setImmediate(end)
    })
    function end() {
      sampler.stop()
      sampler.stop()
      const [told, kept] = [samples.length, sampler.samples().length]
      setTimeout(() => {
        clearInterval(keep)
        console.log(JSON.stringify({ told, kept, later: samples.length, json: JSON.stringify(sampler), samples }))
      }, 250)
    }`)
  const { told, kept, later, json, samples } = answer
  assert.ok(told >= 5)
  assert.deepEqual([kept, later], [told, told])
  assert.equal(JSON.parse(json).interval, 100)
  assert.deepEqual(JSON.parse(json).samples, samples)
  const sum = samples.reduce((sum, { gc }) => sum + (gc['mark-compact']?.count ?? 0), 0)
  assert.ok(sum >= 1)
  assert.ok(samples.some(({ gc }) => gc['mark-compact']?.ms > 0))
  assert.ok(Math.max(...samples.map(({ loopDelay }) => loopDelay?.max ?? 0)) > 80)
  for (const { loopDelay } of samples) if (loopDelay) assert.ok(loopDelay.p50 <= loopDelay.p99 && loopDelay.p99 <= loopDelay.max)
})

test('a listener that throws is the uncaught exception of the app, and the sampler goes on', async () => {
  const answer = await program(`
    const caught = []
    process.on('uncaughtException', (error) => caught.push(error.message))
    const sampler = leakguard.startSampling({ interval: 10, fields: [] })
    sampler.on('sample', () => { throw new Error('mine') })
    const wait = setInterval(() => {
      if (caught.length < 3) return
      clearInterval(wait)
      sampler.stop()
      console.log(JSON.stringify([caught, sampler.samples().length]))
    }, 20)`)
  const [caught, kept] = answer
  assert.ok(caught.length >= 3 && caught.every((message) => message === 'mine'))
  assert.equal(kept, caught.length)
})

test('a sampler keeps no process alive, and leaves nothing behind', async () => {
  const alone = await node(['-e', "require('leakguard').startSampling({ interval: 10 })"])
  assert.deepEqual([alone.code, alone.stderr], [0, ''])
  const answer = await program(`
    leakguard.sample({ fields: 'all' })
    const state = () => [process.getActiveResourcesInfo().sort(), leakguard.sample({ fields: ['fds'] }).fds]
    const before = state()
    const samplers = Array.from({ length: 20 }, () => leakguard.startSampling({ interval: 10 }))
    setTimeout(() => {
      samplers.forEach((sampler, n) => n % 2 ? sampler.stop() : sampler[Symbol.dispose]())
      setImmediate(() => console.log(JSON.stringify([before, state()])))
    }, 100)`)
  const [before, after] = answer
  assert.deepEqual(after[0].filter((name) => name !== 'Timeout' && name !== 'Immediate'), before[0])
  assert.equal(after[1], before[1])
})

test('workers sample their own heap', async () => {
  const answer = await program(`
    const { Worker } = require('node:worker_threads')
    const source = \`
      const keep = Array.from({ length: 200_000 }, (_, n) => ({ n }))
      const alive = setInterval(() => {}, 1000)
      const sampler = require('leakguard').startSampling({ interval: 20, fields: [] })
      sampler.once('sample', ({ heapUsed, rss }) => {
        require('node:worker_threads').parentPort.postMessage([heapUsed, rss, keep.length])
        clearInterval(alive)
      })\`
    const run = () => new Promise((resolve, reject) => {
      let message
      new Worker(source, { eval: true }).on('message', (value) => (message = value)).on('error', reject).on('exit', () => resolve(message))
    })
    Promise.all([run(), run()]).then((workers) => {
      const own = leakguard.sample()
      console.log(JSON.stringify(workers.map(([heapUsed, rss]) => heapUsed > own.heapUsed && rss > 5e6)))
    })`)
  assert.deepEqual(answer, [true, true])
})

test('the first sample comes at the next turn, to who listens by then', async () => {
  const sampler = leakguard.startSampling({ interval: '1h', fields: [] })
  const keep = setTimeout(() => {}, 600_000)
  const [sample] = await once(sampler, 'sample')
  clearTimeout(keep)
  sampler.stop()
  assert.deepEqual(sampler.samples(), [sample])
})

test('the history has the last hour in full and the last day by the minute', () => {
  const history = new History(10_000)
  const second = 1000
  const seconds = 2 * 86_400
  for (let at = 0; at <= seconds; at += 5) history.add(at * second, at)
  const kept = history.samples()
  const hour = kept.filter((at) => at >= seconds - 3600)
  assert.equal(hour.length, 721)
  const older = kept.slice(0, -721)
  assert.ok(older.length >= 23 * 60 - 1 && older.length <= 23 * 60 + 1, `${older.length}`)
  assert.ok(older.every((at, n) => n === 0 || at - older[n - 1] === 60))
  assert.ok(seconds - older[0] <= 86_400 && seconds - older[0] > 86_300)
})

test('the history is bounded, whatever the interval', () => {
  for (const bound of [1, 2, 3, 100, 2000]) {
    for (const step of [10, 5000, 90_000, 7_200_000]) {
      const history = new History(bound)
      const count = 3000
      for (let n = 0; n < count; n++) {
        history.add(n * step, n)
        assert.ok(history.samples().length <= bound)
      }
      const kept = history.samples()
      assert.equal(kept.at(-1), count - 1, 'the newest is always there')
      assert.ok(kept.every((n, at) => at === 0 || n > kept[at - 1]))
      if (step <= 5000 && bound === 100) assert.ok(kept.length >= bound / 2, `${bound} ${step}: ${kept.length}`)
    }
  }
})

test('wrong options are named', () => {
  const code = (message) => ({ code: 'ERR_LEAKGUARD_OPTION', message })
  assert.throws(() => leakguard.sample({ fields: ['space'] }), code(/"fields" must be 'all' or an array of process, spaces, cgroup/))
  assert.throws(() => leakguard.sample({ field: [] }), code(/"field" is not known/))
  assert.throws(() => leakguard.startSampling({ interval: 9 }), code(/"interval" must be at least 10 ms, got 9/))
  assert.throws(() => leakguard.startSampling({ interval: '30d' }), code(/"interval" must be at most 2147483647 ms/))
  assert.throws(() => leakguard.startSampling({ history: 0 }), code(/"history" must be a whole number from 1/))
})
