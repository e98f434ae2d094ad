'use strict'

// A look folds V8's heap where it lies, without a graph: held against the fold of the graph that is walked for it otherwise.

const test = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('node:path')
const leakguard = require('leakguard')
const { program, root } = require('./support/child.js')
const { SHAPES } = require('./support/shapes.js')

const { walker, reasons } = leakguard.capabilities()
const skip = !walker && reasons.walker

/** By path in words and by class, how many and how many bytes; and what is named, without ids. */
function facts({ strings, places, paths, classes, told, totalSize, nodeCount, node }) {
  const words = []
  const rows = new Map()
  const put = (key, count, bytes) => {
    const row = rows.get(key) ?? { count: 0, bytes: 0 }
    rows.set(key, { count: row.count + count, bytes: row.bytes + bytes })
  }
  paths.parent.forEach((parent, at) => {
    const place = paths.place[at] && places[paths.place[at] - 1].slice(1).join(':')
    const step = `${strings[paths.edge[at]]} ${strings[paths.name[at]]} ${place}`
    words[at] = at < 2 ? step : `${words[parent]} > ${step}`
    put(words[at], paths.count[at], paths.shallow[at])
  })
  classes.name.forEach((name, at) => put(`class ${strings[name]}`, classes.count[at], classes.shallow[at]))
  const names = told.map(([, { name, type, path, location, cause }]) => JSON.stringify({ name, type, path, location, cause }))
  return { rows, names, totalSize, nodeCount, node }
}

/** At most this share of a figure differs, row by row: the app works on between two looks. */
function assertNear(have, want, share) {
  for (const figure of ['count', 'bytes']) {
    let [all, apart, worst] = [0, 0, ['', 0]]
    for (const key of new Set([...have.keys(), ...want.keys()])) {
      const [one, other] = [have, want].map((rows) => rows.get(key)?.[figure] ?? 0)
      all += other
      apart += Math.abs(one - other)
      if (Math.abs(one - other) > worst[1]) worst = [`${key}: ${one} and ${other}`, Math.abs(one - other)]
    }
    assert.ok(apart <= all * share, `${figure}: of ${all} ${apart} differ, most of them ${worst[0]}`)
  }
}

test('a look that makes no graph says what the graph says: paths, classes, names', { skip }, async () => {
  const [look, graph] = await program(`${SHAPES}
    const addon = require(${JSON.stringify(join(root, 'lib/native.js'))}).native()
    const { captured } = require(${JSON.stringify(join(root, 'lib/growth/look.js'))})
    const { walkHeap } = addon
    const { writeFileSync, readFileSync, rmSync } = fs
    const file = (purpose) => require('node:path').join(require('node:os').tmpdir(), 'leakguard-look-' + process.pid + purpose)
    const take = async (purpose) => {
      addon.walkHeap = (used, planted) => walkHeap(used, planted, purpose)
      const task = { report: false, retained: false, census: true, fold: { maxPaths: 100000, names: 200 } }
      const { census, evidence } = await captured(task, { mode: 'twin', walker: true, force: true, busy: 'wait', readScripts: true })
      writeFileSync(file(purpose), JSON.stringify({ ...census, evidence })) // what is kept of one look would be in the heap at the next
    }
    const main = async () => {
      for (const purpose of ['look', 'fold', 'look', 'fold']) await take(purpose)
      const [look, graph] = ['look', 'fold'].map((purpose) => readFileSync(file(purpose), 'utf8'))
      for (const purpose of ['look', 'fold']) rmSync(file(purpose))
      process.stdout.write('[' + look + ',' + graph + ']')
    }
    main()`)
  assert.deepEqual([look.evidence, graph.evidence], ['walker', 'walker'])
  const [have, want] = [look, graph].map(facts)
  assert.equal(have.node, process.version)
  assert.equal(want.node, process.version)
  assertNear(have.rows, want.rows, 0.002)
  assert.ok(Math.abs(have.nodeCount - want.nodeCount) <= want.nodeCount * 0.002, `${have.nodeCount} and ${want.nodeCount} nodes`)
  assert.ok(Math.abs(have.totalSize - want.totalSize) <= want.totalSize * 0.002, `${have.totalSize} and ${want.totalSize} bytes`)
  const missing = want.names.filter((name) => !have.names.includes(name))
  assert.ok(want.names.length > 40 && missing.length <= 3, `not named alike: ${missing.join('\n')}`)
})

test('a look takes less than half of the memory that the graph takes', { skip }, async () => {
  const [look, graph, used] = await program(`
    globalThis.kept = Array.from({ length: 200_000 }, (_, id) => ({ id, user: 'user ' + id, roles: ['a', id], seen: { at: id, from: null } }))
    const main = async () => {
      const options = { rounds: 2, interval: 0, walker: true, force: true }
      const { captures } = await leakguard.findGrowth(options)
      const { capture } = await leakguard.census({ walker: true, force: true })
      console.log(JSON.stringify([captures[0].twinPeakBytes, capture.twinPeakBytes, process.memoryUsage().heapUsed]))
    }
    main()`)
  assert.ok(look < graph / 2, `a look took ${look} bytes, a census ${graph}, of a heap of ${used}`)
})

test('looks that may be beside others are at the same time, and a snapshot waits for them', { skip }, async () => {
  const { events, together } = await program(`
    globalThis.kept = Array.from({ length: 300_000 }, (_, id) => ({ id, seen: { at: id } }))
    const { captured } = require(${JSON.stringify(join(root, 'lib/growth/look.js'))})
    const events = []
    let together = 0, living = 0, isBegun
    const begun = new Promise((resolve) => (isBegun = resolve))
    const look = (name) => captured({ report: false, retained: false, census: true }, {
      mode: 'twin', walker: true, force: true, priority: 'normal', beside: true,
      begun: () => { events.push(name + ' begins'); together = Math.max(together, ++living); isBegun() },
    }).then(() => { living--; events.push(name + ' ends') })
    const main = async () => {
      const looks = [look('first'), look('second'), look('third')]
      await begun
      const stream = new (require('node:stream').PassThrough)().resume()
      stream.once('data', () => events.push('a snapshot comes'))
      await Promise.all([...looks, leakguard.writeSnapshot(stream, { force: true })])
      console.log(JSON.stringify({ events, together }))
    }
    main()`)
  assert.equal(together, 3)
  assert.equal(events.at(-1), 'a snapshot comes', events.join())
  assert.deepEqual(events.filter((event) => event.endsWith('begins')), ['first begins', 'second begins', 'third begins'])
})
