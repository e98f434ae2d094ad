'use strict'

// What callers of memwatch-next and @airbnb/node-memwatch rely on, each in a process of its own.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { MemwatchStats } = require('../lib/compat/memwatch-stats.js')
const { node, program } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

/** A program in which `memwatch` is the module; what it prints as JSON is the answer. */
const run = (source, options) => program(`const memwatch = require('leakguard/memwatch'); ${source}`, options)

test('the exports exist', async () => {
  const answer = await run(`
    const { EventEmitter } = require('node:events')
    console.log(JSON.stringify([memwatch instanceof EventEmitter, typeof memwatch.gc, typeof memwatch.HeapDiff, memwatch === require('leakguard/memwatch')]))`)
  assert.deepEqual(answer, [true, 'function', 'function', true])
})

test('it keeps no process alive, alone and with listeners', async () => {
  for (const more of ['', "memwatch.on('leak', () => {}); memwatch.on('stats', () => {})"]) {
    const { code, stdout, stderr } = await node(['-e', `const memwatch = require('leakguard/memwatch'); ${more}`])
    assert.deepEqual([code, stdout, stderr], [0, '', ''])
  }
})

test('gc() answers nothing and leads to a stats, even where nothing else keeps the process', async () => {
  const { answer, stats } = await run(`
    memwatch.once('stats', (stats) => console.log(JSON.stringify({ answer: answer === undefined, stats })))
    const answer = memwatch.gc()`)
  assert.equal(answer, true)
  assert.deepEqual(Object.keys(stats).sort(), [
    'current_base', 'estimated_base', 'gcIncrementalMarkingCount', 'gcIncrementalMarkingTime', 'gcMarkSweepCompactCount',
    'gcMarkSweepCompactTime', 'gcProcessWeakCallbacksCount', 'gcProcessWeakCallbacksTime', 'gcScavengeCount', 'gcScavengeTime',
    'gc_time', 'gc_ts', 'heap_compactions', 'heap_size_limit', 'malloced_memory', 'max', 'min', 'num_full_gc', 'num_inc_gc',
    'peak_malloced_memory', 'total_available_size', 'total_heap_size', 'total_heap_size_executable', 'total_physical_size',
    'usage_trend', 'used_heap_size',
  ])
  for (const [name, value] of Object.entries(stats)) assert.ok(Number.isFinite(value), name)
  assert.ok(stats.num_full_gc >= 1 && stats.heap_compactions === stats.num_full_gc && stats.gcMarkSweepCompactCount === stats.num_full_gc)
  assert.deepEqual([stats.min, stats.max, stats.usage_trend], [0, 0, 0])
  assert.ok(stats.current_base > 1e6 && stats.estimated_base === stats.current_base && stats.used_heap_size === stats.current_base)
  assert.ok(Math.abs(stats.gc_ts / 1000 - Date.now()) < 600_000)
  assert.ok(stats.gc_time > 1000 && stats.gc_time <= stats.gcMarkSweepCompactTime)
})

test('all collections are counted, from the third on there are extremes', async () => {
  const all = await run(`
    const all = []
    memwatch.on('stats', (stats) => all.push(stats))
    const timer = setInterval(() => {
      for (let round = 0; round < 200; round++) globalThis.garbage = Array.from({ length: 5000 }, (_, n) => ({ n }))
      memwatch.gc()
      if (all.length < 12) return
      clearInterval(timer)
      console.log(JSON.stringify(all))
    }, 20)`)
  all.forEach((stats, at) => {
    const bases = all.slice(2, at + 1).map((earlier) => earlier.current_base)
    assert.equal(stats.num_full_gc, at + 1)
    assert.equal(stats.min, bases.length > 0 ? Math.min(...bases) : 0)
    assert.equal(stats.max, bases.length > 0 ? Math.max(...bases) : 0)
    assert.ok(stats.num_inc_gc >= stats.gcScavengeCount)
  })
  assert.ok(all.at(-1).gcScavengeCount > 0 && all.at(-1).gcScavengeTime > 0)
})

test('the bases and the trend are those of the formulas, in both directions', () => {
  for (const sign of [1, -1]) {
    const stats = new MemwatchStats()
    let recent, ancient
    for (let n = 1; n <= 300; n++) {
      const heapUsed = 50e6 + sign * n * 1e5
      recent = n < 10 ? heapUsed : (recent * 9 + heapUsed) / 10
      ancient = n < 10 ? heapUsed : (ancient * (Math.min(120, n) - 1) + heapUsed) / Math.min(120, n)
      const { usage_trend, estimated_base, current_base } = stats.compaction({ time: 0, pauseMs: 1, heapUsed })
      assert.deepEqual([estimated_base, current_base], [recent, heapUsed])
      assert.equal(usage_trend, Math.round(((recent - ancient) / ancient) * 1000) / 10)
      if (n > 50) assert.equal(Math.sign(usage_trend), sign)
    }
  }
})

test('readings that were lost are in the counts', () => {
  const stats = new MemwatchStats()
  stats.count({ kind: 'scavenge', pauseMs: 1 })
  stats.resume({ scavenge: { count: 5000, ms: 700 } }, 3000)
  stats.count({ kind: 'scavenge', pauseMs: 1 })
  const { num_inc_gc, gcScavengeTime } = stats.compaction({ time: 0, pauseMs: 1, heapUsed: 1 })
  assert.deepEqual([num_inc_gc, gcScavengeTime, stats.lost], [5001, 701e6, 3000])
})

test('a leaking program: leak, with the growth, the time and the rate', async () => {
  const leak = await run(`
    const kept = []
    memwatch.removeAllListeners() // as tests of apps do
    memwatch.on('leak', (leak) => { clearInterval(timer); console.log(JSON.stringify(leak)) })
    const timer = setInterval(() => {
      for (let n = 0; n < 3000; n++) kept.push({ n, text: 'kept ' + kept.length })
      memwatch.gc()
    }, 20)`)
  assert.match(leak.reason, /^heap growth over \d+ consecutive GCs \((\d+h )?(\d+m )?\d+s\) - \d+\.\d\d mb\/hr$/)
  assert.ok(leak.growth > 1e6)
  assert.ok(new Date(leak.end) > new Date(leak.start))
  assert.equal(leak.state, 'confirmed')
  assert.equal(leak.verdict.kind, 'heap')
  assert.equal(leak.growth, leak.verdict.growthBytes)
  assert.equal(leak.allocations, undefined)
})

test('a program that starts up and then stays as it is: no leak, where five growing collections were one', async () => {
  const leaks = await run(`
    const kept = []
    let leaks = 0
    let all = 0
    memwatch.on('leak', () => leaks++)
    memwatch.on('stats', () => all++)
    const timer = setInterval(() => {
      if (all < 12) for (let n = 0; n < 3000; n++) kept.push({ n, text: 'kept ' + kept.length })
      memwatch.gc()
      if (all < 80) return
      clearInterval(timer)
      console.log(leaks)
    }, 5)`)
  assert.equal(leaks, 0)
})

test('a heap diff tells what came and what went, by object', async (t) => {
  const folder = folderFor(t)
  const diff = await run(`
    class LeakingClass {}
    class ShrinkingClass { constructor() { this.data = new Array(10).fill(1.5) } }
    // In functions of their own: what a register of the interpreter still holds is alive.
    const shrinking = []
    const fill = () => { for (let n = 0; n < 50; n++) shrinking.push(new ShrinkingClass()) }
    fill()
    const leaked = []
    const heapDiff = new memwatch.HeapDiff()
    for (let n = 0; n < 100; n++) leaked.push(new LeakingClass())
    shrinking.length = 0
    globalThis.kept = [leaked, shrinking]
    console.log(JSON.stringify(heapDiff.end()))`, { env: { ...process.env, LEAKGUARD_DIR: folder } })
  const { before, after, change } = diff
  const row = (name) => change.details.find(({ what }) => what === name)
  assert.deepEqual([row('LeakingClass')['+'], row('LeakingClass')['-']], [100, 0])
  assert.ok(row('LeakingClass').size_bytes >= 100 * 8)
  assert.deepEqual([row('ShrinkingClass')['+'], row('ShrinkingClass')['-']], [0, 50])
  assert.ok(row('ShrinkingClass').size_bytes < 0 && /^-[\d.]+ (kb|bytes)$/.test(row('ShrinkingClass').size))
  assert.equal(row('HeapDiff'), undefined)
  const names = change.details.map(({ what }) => what)
  assert.deepEqual(names, names.toSorted((one, other) => (one < other ? -1 : 1)))
  assert.ok(before.nodes > 10_000 && before.size_bytes > 1e6 && /^[\d.]+ mb$/.test(before.size))
  assert.equal(after.size_bytes - before.size_bytes, change.size_bytes)
  assert.equal(after.nodes - before.nodes, change.allocated_nodes - change.freed_nodes)
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('a second end() throws, and without new there is a TypeError', async () => {
  const answer = await run(`
    const said = (action) => { try { return action() } catch (error) { return [error.constructor.name, error.message] } }
    const heapDiff = new memwatch.HeapDiff()
    const first = heapDiff.end()
    console.log(JSON.stringify([typeof first.change.size, said(() => heapDiff.end()), said(() => memwatch.HeapDiff()), heapDiff instanceof memwatch.HeapDiff]))`)
  assert.deepEqual(answer, [
    'string',
    ['Error', 'attempt to end() a HeapDiff that was already ended'],
    ['TypeError', 'Use the new operator to create instances of this object.'],
    true,
  ])
})

test('a diff that cannot be taken says why, and leaves nothing', async (t) => {
  const answer = await run(`
    try { new memwatch.HeapDiff() } catch ({ code, cause }) { console.log(JSON.stringify([code, cause.code])) }`,
  { env: { ...process.env, LEAKGUARD_DIR: join(folderFor(t), 'missing') } })
  assert.deepEqual(answer, ['ERR_LEAKGUARD_IO', 'ENOENT'])
})

test('it works in a worker', async () => {
  const answer = await run(`
    const { Worker } = require('node:worker_threads')
    const source = \`
      const memwatch = require('leakguard/memwatch')
      const diff = new memwatch.HeapDiff().end()
      memwatch.once('stats', (stats) => require('node:worker_threads').parentPort.postMessage([stats.num_full_gc > 0, diff.before.nodes > 1000]))
      memwatch.gc()\`
    new Worker(source, { eval: true }).on('message', (answer) => console.log(JSON.stringify(answer)))`)
  assert.deepEqual(answer, [true, true])
})
