'use strict'

// Objects counted by constructor, in one walk of the heap.

const test = require('node:test')
const assert = require('node:assert/strict')
const leakguard = require('leakguard')
const { program } = require('./support/child.js')
const { cgroupFor } = require('./support/cgroup.js')
const { prelude } = require('./support/heap.js')

const { twin } = leakguard.capabilities()
const modes = twin ? ['twin', 'inline'] : ['inline']

/** A program with objects of some classes. */
const HEAP = `
  class Session {}
  class Order extends Session {}
  const sessions = Array.from({ length: 3000 }, () => new Session())
  const orders = Array.from({ length: 2000 }, () => new Order())
  const maps = Array.from({ length: 1000 }, () => new Map())
  const bare = Array.from({ length: 500 }, () => Object.create(null))
  const functions = Array.from({ length: 400 }, (_, n) => () => n)
  const passing = () => { for (let n = 0; n < 5000; n++) globalThis.last = new (class Passing {})() }
  passing()
  globalThis.kept = [sessions, orders, maps, bare, functions]`

for (const mode of modes) {
  test(`${mode}: each class with its exact number, and nothing is left`, async () => {
    const { first, second, inventories } = await program(`${prelude(10)}${HEAP}
      ;(async () => {
        const first = await leakguard.census({ kind: 'light', mode: '${mode}', top: 1000 })
        sessions.length = 1000
        await sleep(300)
        const before = inventory()
        const second = await leakguard.census({ kind: 'light', mode: '${mode}', top: 1000 })
        for (let look = 0; look < 500 && JSON.stringify({ ...inventory(), unforked: 0 }) !== JSON.stringify({ ...before, unforked: 0 }); look++) await sleep(20)
        console.log(JSON.stringify({ first, second, inventories: [before, inventory()] }))
      })()`)
    const count = ({ classes }, name) => classes.find((row) => row.name === name)?.count ?? 0
    assert.deepEqual([first.kind, first.node, first.capture.mode], ['light', process.version, mode])
    assert.deepEqual(['Session', 'Order'].map((name) => [count(first, name), count(second, name)]), [[3001, 1001], [2000, 2000]], 'Order.prototype is one')
    assert.ok(count(first, 'Map') >= 1000 && count(first, 'Object') >= 500 && count(first, 'Function') > 400)
    assert.ok(count(first, 'Passing') <= 1)
    assert.equal(count(first, 'LeakguardCensusProbe'), 0)
    assert.equal(first.classes.length, first.classCount)
    assert.equal(first.totalCount, first.classes.reduce((sum, row) => sum + row.count, 0))
    assert.ok(first.classes.every((row, at) => at === 0 || row.count <= first.classes[at - 1].count))
    // The heap itself may have grown or shrunk.
    const [before, after] = inventories.map((inventory) => ({ ...inventory, unforked: 0 }))
    assert.deepEqual(after, before)
  })

  test(`${mode}: a worker's own heap`, async () => {
    const counts = await program(`
      const { Worker } = require('node:worker_threads')
      class OfMain {}
      globalThis.kept = Array.from({ length: 50 }, () => new OfMain())
      const source = \`
        class OfWorker {}
        globalThis.kept = Array.from({ length: 40 }, () => new OfWorker())
        require('leakguard').census({ kind: 'light', mode: '${mode}', top: 1000 })
          .then(({ classes }) => require('node:worker_threads').parentPort.postMessage(classes))\`
      new Worker(source, { eval: true }).on('message', (classes) => {
        const count = (name) => classes.find((row) => row.name === name)?.count ?? 0
        console.log(JSON.stringify([count('OfWorker'), count('OfMain')]))
      })`)
    assert.deepEqual(counts, [40, 0])
  })
}

test('names of all kinds, of more classes than fit, end in no failure', async () => {
  const { total, others, odd } = await program(`
    const kept = []
    eval(Array.from({ length: 6000 }, (_, n) => 'kept.push(new (class Class' + n + ' {})())').join(';'))
    kept.push(new (class { get [Symbol.toStringTag]() { throw new Error('mine') } })())
    kept.push(Object.assign(Object.create({ constructor: { name: 5 } }), { a: 1 }))
    kept.push(new Proxy(class {}, {}), Object.create({ [Symbol.toStringTag]: 'x'.repeat(300) + kept.length }))
    globalThis.kept = kept
    leakguard.census({ kind: 'light', mode: 'inline', top: 100_000 }).then(({ classes, totalCount }) => console.log(JSON.stringify({
      total: totalCount,
      others: classes.find(({ name }) => name === '(others)')?.count ?? 0,
      odd: classes.filter(({ name }) => name.startsWith('xxx')).length,
    })))`)
  assert.ok(total > 6000 && others > 1000, `${total}, ${others} others`)
  assert.ok(odd <= 1)
})

test('light censuses say what grows, by constructor', async () => {
  const { grown, still, truncated, mixed } = await program(`
    class Session { constructor(n) { this.n = n } }
    class Order {}
    const sessions = [], orders = Array.from({ length: 3000 }, () => new Order())
    globalThis.kept = [sessions, orders]
    const count = (top) => leakguard.census({ kind: 'light', mode: 'inline', top })
    ;(async () => {
      const looks = [], short = []
      for (let look = 0; look < 3; look++) {
        for (let n = 0; n < 2000; n++) sessions.push(new Session(n))
        looks.push(await count(100_000))
        short.push(await count(3))
      }
      const [first] = looks
      const grown = await leakguard.growth(JSON.parse(JSON.stringify(looks)))
      const mixed = await leakguard.growth([first, 'a.heapsnapshot']).catch(({ code, message }) => [code, message])
      const still = await leakguard.growth([first, first, first])
      console.log(JSON.stringify({ grown, mixed, still, truncated: await leakguard.growth(short) }))
    })()`)
  assert.deepEqual([grown.kind, grown.looks, grown.totalCounts.length], ['light', 3, 3])
  const of = (name) => grown.classes.find((row) => row.name === name)
  assert.deepEqual(of('Session'), { name: 'Session', countDelta: 4000, counts: [2000, 4000, 6000] })
  assert.equal(of('Order'), undefined)
  assert.match(grown.text, /Session: \+4,000 objects over 3 counts \(6,000 now\)/)
  assert.deepEqual(still.classes, [])
  assert.match(still.text, /^Nothing grows/)
  // Classes that a census left out have no more objects than those that it has.
  for (const { counts } of truncated.classes) assert.ok(counts.every((count) => count > 0))
  assert.equal(mixed[0], 'ERR_LEAKGUARD_OPTION')
  assert.match(mixed[1], /look 2 is no light census/)
})

test('it fits where a snapshot does not', { skip: !twin }, async (t) => {
  const group = cgroupFor(t, 300e6)
  if (!group) return
  const answer = await program(`
    require('node:fs').writeFileSync(${JSON.stringify(`${group.path}/cgroup.procs`)}, String(process.pid)); ${prelude(200_000)};
    ;(async () => {
      const full = await leakguard.census({ walker: false, mode: 'twin' }).catch(({ code }) => code)
      const { classes, capture } = await leakguard.census({ kind: 'light', mode: 'twin' })
      console.log(JSON.stringify({ full, dates: classes.find(({ name }) => name === 'Date').count, peak: capture.twinPeakBytes }))
    })()`)
  assert.equal(answer.full, 'ERR_LEAKGUARD_HEADROOM')
  assert.ok(answer.dates >= 200_000)
  assert.ok(answer.peak < 250e6, `${answer.peak} bytes`)
})

test('wrong options are named, and an abort is', async () => {
  for (const [options, message] of [
    [{ kind: 'heavy' }, /"kind" must be 'full' or 'folded' or 'light'/],
    [{ kind: 'light', minBytes: 3 }, /"minBytes" is not known/],
    [{ kind: 'light', top: 0 }, /"top" must be/],
  ]) {
    await assert.rejects(leakguard.census(options), (error) => error.code === 'ERR_LEAKGUARD_OPTION' && message.test(error.message))
  }
  await assert.rejects(leakguard.census({ kind: 'light', signal: AbortSignal.abort() }), { code: 'ERR_LEAKGUARD_CANCELLED' })
})
