'use strict'

// census({ kind: 'folded' }): the largest paths and classes of a heap, in a fraction of a report's memory.

const test = require('node:test')
const assert = require('node:assert/strict')
const leakguard = require('leakguard')
const { program } = require('./support/child.js')

const { twin, walker, reasons } = leakguard.capabilities()
const snapshots = twin ? ['twin', 'inline'] : ['inline']
const BY = [
  ...(walker ? [['walker', "walker: true, mode: 'twin'"]] : []),
  ...snapshots.map((mode) => [`snapshot, ${mode}`, `walker: false, mode: '${mode}'`]),
]

const HEAP = `
  class Session { constructor(user) { this.user = user } }
  const sessions = new Map()
  const add = (more) => { for (const end = sessions.size + more; sessions.size < end; ) sessions.set('s' + sessions.size, new Session({ name: 'n' })) }
  globalThis.handler = () => add(1)
  add(20000)
`

for (const [by, options] of BY) {
  test(`by ${by}: names what holds the most, by what is behind it, and is what growth compares`, async () => {
    const { first, grown } = await program(`${HEAP}
      ;(async () => {
        const fold = (top) => leakguard.census({ kind: 'folded', top, ${options} })
        const first = await fold(4)
        add(5000)
        const grown = await leakguard.growth([first, await fold()])
        console.log(JSON.stringify({ first, grown }))
      })()`)
    assert.deepEqual([first.kind, first.evidence, typeof first.walkerReason], ['folded', by.split(',')[0], by === 'walker' ? 'undefined' : 'string'])
    const [{ name, type, location, count, size, retainedSize, path, cause }] = first.largest
    assert.deepEqual([name, type, count, cause], ['sessions', 'Map of string → Session', 20_000, 'cache'])
    assert.match(location.file, /\[eval\]|\.js$/)
    assert.equal(path.at(-1).name, 'Session')
    // A user hangs from each session.
    assert.ok(size >= 20_000 * 16 && retainedSize >= 1.5 * size, `${size} and ${retainedSize}`)
    assert.ok(first.largest.length <= 4 && first.largest.every((row, at) => at === 0 || row.retainedSize <= first.largest[at - 1].retainedSize))
    assert.equal(new Set(first.largest.map(({ fingerprint }) => fingerprint)).size, first.largest.length, 'each holder once')
    assert.equal(first.classes.length, 4)
    assert.ok(first.classes.every((row, at) => at === 0 || row.size <= first.classes[at - 1].size))
    assert.ok(first.classes[0].size < first.totalSize && first.nodeCount > 60_000)
    assert.ok(first.capture.pauseMs < first.capture.durationMs)
    const [suspect] = grown.suspects
    assert.deepEqual([suspect.name, suspect.counts], ['sessions', [20_000, 25_000]])
  })
}

test('timers of methods that are bound are told by the method, when walks are compared', { skip: !walker && reasons.walker }, async () => {
  const { suspects } = await program(`
    class Poller {
      constructor(n) { this.data = [n, 'poller ' + n]; setInterval(this.poll.bind(this), 3600_000 + (n % 2)).unref() }
      poll() { return this.data }
    }
    let n = 0
    globalThis.work = () => { for (const end = n + 2000; n < end; n++) new Poller(n) }
    ;(async () => {
      const looks = []
      for (let nth = 0; nth < 3; nth++) { work(); looks.push(JSON.parse(JSON.stringify((await leakguard.census({ kind: 'folded', walker: true })).census))) }
      console.log(JSON.stringify(await leakguard.growth(looks)))
    })()`)
  assert.deepEqual([suspects[0].name, suspects[0].type, suspects[0].cause], ['setInterval callback poll', 'Timeout', 'timer'], JSON.stringify(suspects, null, 1))
})

test('timers are counted by what they call, whichever others are in their list', { skip: !walker && reasons.walker }, async () => {
  const { largest } = await program(`
    setInterval(function heartbeat() {}, 1000).unref()
    for (let n = 0; n < 3000; n++) {
      setInterval(function ping() { return n }, 60_000).unref()
      if (n % 50 === 7) setInterval(function poll() {}, 60_000).unref()
    }
    leakguard.census({ kind: 'folded', walker: true }).then(({ largest }) => console.log(JSON.stringify({ largest })))`)
  const [{ name, count, cause }] = largest
  assert.deepEqual([name, count, cause], ['setInterval callback ping', 3000, 'timer'], JSON.stringify(largest.slice(0, 3), null, 1))
})

test('what holds more and more numbers is told by name, where walks are compared', { skip: !walker && reasons.walker }, async () => {
  const { first, grown } = await program(`
    const latencies = []
    globalThis.measured = (more) => { while (more-- > 0) latencies.push(Math.random()) }
    measured(50_000)
    ;(async () => {
      const fold = async () => JSON.parse(JSON.stringify(await leakguard.census({ kind: 'folded', walker: true })))
      const first = await fold()
      measured(50_000)
      console.log(JSON.stringify({ first, grown: await leakguard.growth([first, await fold()]) }))
    })()`)
  for (const { name, type, cause } of [first.largest.find(({ name }) => name === 'latencies') ?? {}, grown.suspects[0]]) {
    assert.deepEqual([name, type, cause], ['latencies', 'Array of numbers', 'cache'], JSON.stringify(first.largest, null, 1))
  }
  assert.deepEqual(grown.suspects[0].values, [50_000, 100_000])
})

test('a report has the same largest holder and the same classes', async () => {
  const { folded, full } = await program(`${HEAP}
    ;(async () => {
      const [folded, full] = [await leakguard.census({ kind: 'folded' }), await leakguard.census()]
      console.log(JSON.stringify({ folded, full }))
    })()`)
  const [have, want] = [folded.largest[0], full.suspects[0]]
  assert.deepEqual([have.name, have.type, have.location, have.fingerprint], [want.name, want.type, want.location, want.fingerprint])
  const sessions = ({ classes }) => classes.find(({ name }) => name === 'Session').count
  assert.equal(sessions(folded), sessions(full))
})

test('wrong options are named, and an abort is', async () => {
  for (const [options, message] of [
    [{ kind: 'folded', top: 0 }, /"top" must be/],
    [{ kind: 'folded', minShare: 0.1 }, /"minShare" is not known/],
  ]) {
    await assert.rejects(leakguard.census(options), (error) => error.code === 'ERR_LEAKGUARD_OPTION' && message.test(error.message))
  }
  await assert.rejects(leakguard.census({ kind: 'folded', signal: AbortSignal.abort() }), { code: 'ERR_LEAKGUARD_CANCELLED' })
})
