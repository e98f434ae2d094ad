'use strict'

// The walker against V8's own snapshots of the same process, and what becomes of a walk that cannot be believed.

const test = require('node:test')
const assert = require('node:assert/strict')
const leakguard = require('leakguard')
const { program } = require('./support/child.js')
const { prelude } = require('./support/heap.js')
const { SHAPES, CLASSES } = require('./support/shapes.js')

const { walker, reasons } = leakguard.capabilities()
const skip = !walker && reasons.walker

/** Two numbers that differ by at most this share of the second. */
function assertNear(have, want, share, what) {
  assert.ok(Math.abs(have - want) <= want * share, `${what}: ${have}, and V8's snapshot has ${want}`)
}

test('the four tested versions of Node are walked wherever a twin can be made', { skip: !leakguard.capabilities().twin }, () => {
  assert.equal(reasons.walker, undefined)
  assert.equal(walker, true)
})

test("a walk finds what V8's snapshot of the same process finds", { skip }, async () => {
  const { walk, snapshot } = await program(`${SHAPES}
    // As a text: what is kept of one look is in the heap at the next.
    const one = async (walker) => {
      const { census, ...report } = await leakguard.census({ walker, top: 100000, minShare: 0.01, maxPaths: 100 })
      return JSON.stringify(report)
    }
    const main = async () => {
      // The first captures of a process make what stays.
      await one(false)
      const walk = await one(true)
      const snapshot = await one(false)
      console.log('{"walk":' + walk + ',"snapshot":' + snapshot + '}')
    }
    main()`)
  assert.deepEqual([walk.evidence, snapshot.evidence, snapshot.walkerReason], ['walker', 'snapshot', 'walker: false'])
  for (const name of CLASSES) {
    const [have, want] = [walk, snapshot].map(({ classes }) => classes.filter((row) => row.name === name))
    assert.ok(want.length > 0, `the snapshot has no ${name}`)
    const facts = (rows) => rows.map(({ count, shallowSize, location }) => ({ count, shallowSize, location }))
    assert.deepEqual(facts(have), facts(want), name)
    have.forEach(({ retainedSize }, at) => assertNear(retainedSize, want[at].retainedSize, 0.02, `${name} retains`))
  }
  const unreached = ({ classes }) => classes.find((row) => row.name === 'Unreached')
  assert.deepEqual([unreached(walk), unreached(snapshot)], [undefined, undefined], 'what is held weakly only')
  // V8's snapshot makes tables of lines for itself, which count as code: on a small heap that shows.
  const rest = ({ classes, nodeCount, totalSize }) => {
    const code = classes.find(({ name }) => name === '(compiled code)')
    return { nodes: nodeCount - code.count, bytes: totalSize - code.shallowSize }
  }
  assertNear(rest(walk).nodes, rest(snapshot).nodes, 0.05, 'nodes')
  assertNear(rest(walk).bytes, rest(snapshot).bytes, 0.05, 'bytes')
})

test("a walk names a leak as V8's snapshot does", { skip }, async () => {
  const [walk, snapshot] = await program(`${prelude(20_000)}
    const named = ({ suspects: [{ name, type, path, count, retainedSize, location, fingerprint }] }) =>
      ({ name, type, path, count, retainedSize, location, fingerprint })
    const main = async () => {
      const walk = named(await leakguard.census({ walker: true }))
      console.log(JSON.stringify([walk, named(await leakguard.census({ walker: false }))]))
    }
    main()`)
  assertNear(walk.retainedSize, snapshot.retainedSize, 0.02, 'retained')
  assert.deepEqual({ ...walk, retainedSize: 0 }, { ...snapshot, retainedSize: 0 })
})

for (const args of [['--jitless'], ['--single-threaded'], ['--max-semi-space-size=64'], ['--stress-incremental-marking']]) {
  test(`a walk names the leak with ${args[0]}`, { skip }, async () => {
    const report = await program(
      `${prelude(20_000)};leakguard.census({ walker: true }).then((report) => console.log(JSON.stringify(report)))`,
      { args },
    )
    assert.equal(report.evidence, 'walker')
    assert.ok(report.suspects.some(({ name, count }) => name.includes('leakedArray') && count >= 20_000), JSON.stringify(report.suspects))
  })
}

test('a walk works in a worker thread', { skip }, async () => {
  const { evidence, suspects } = await program(`
    const { Worker } = require('node:worker_threads')
    new Worker(\`
      const leakguard = require('leakguard')
      ${prelude(20_000)}
      leakguard.census({ walker: true }).then(({ evidence, suspects }) =>
        require('node:worker_threads').parentPort.postMessage({ evidence, suspects }))\`, { eval: true })
      .on('message', (answer) => console.log(JSON.stringify(answer)))`)
  assert.equal(evidence, 'walker')
  assert.ok(suspects.some(({ name, count }) => name.includes('leakedArray') && count >= 20_000), JSON.stringify(suspects))
})

test("a walk that finds other than what was planted is not believed: V8's snapshot is taken, and the reason told", { skip }, async () => {
  const { first, second, capabilities, strict } = await program(`
    class LeakguardPlanted {}
    globalThis.one = new LeakguardPlanted()
    ${prelude(20_000)}
    const brief = ({ evidence, walkerReason, suspects }) => ({ evidence, walkerReason, suspects: suspects.length })
    const main = async () => {
      const strict = await leakguard.census({ walker: true }).catch(({ code, message }) => ({ code, message }))
      const first = brief(await leakguard.census({ walker: 'auto' }))
      const second = brief(await leakguard.census({ walker: 'auto' }))
      console.log(JSON.stringify({ strict, first, second, capabilities: leakguard.capabilities() }))
    }
    main()`)
  assert.equal(strict.code, 'ERR_LEAKGUARD_TWIN')
  assert.equal(first.evidence, 'snapshot')
  assert.match(first.walkerReason, /planted 65 were found/)
  assert.ok(first.suspects > 0)
  assert.deepEqual(second, { ...first, walkerReason: capabilities.reasons.walker })
  assert.equal(capabilities.walker, false)
})

test('a walk is not made where it was not asked for, or cannot be', async () => {
  await assert.rejects(leakguard.census({ walker: 'yes' }), { code: 'ERR_LEAKGUARD_OPTION', message: /"walker" must be true, false or 'auto'/ })
  await assert.rejects(leakguard.census({ walker: true, mode: 'inline' }), { code: 'ERR_LEAKGUARD_UNSUPPORTED' })
  const { evidence, walkerReason } = await leakguard.census({ walker: false })
  assert.deepEqual([evidence, walkerReason], ['snapshot', 'walker: false'])
})
