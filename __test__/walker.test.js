'use strict'

// The walker against V8's own snapshots of the same process, and what becomes of a walk that cannot be believed.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const leakguard = require('leakguard')
const { program } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { prelude } = require('./support/heap.js')
const { SHAPES, CLASSES } = require('./support/shapes.js')

const { walker, reasons } = leakguard.capabilities()
const skip = !walker && reasons.walker

/** By signature, in words, what it holds: V8's own parts and what only it holds left out, and texts, which many things share. */
function signatures({ strings, places, paths }) {
  const found = new Map()
  const words = []
  paths.parent.forEach((parent, at) => {
    const place = paths.place[at] && places[paths.place[at] - 1].slice(1).join(':')
    const step = `${strings[paths.edge[at]]} ${strings[paths.name[at]]} ${place}`
    words[at] = at < 2 ? step : `${words[parent]} > ${step}`
    const isOwn = at < 2 || ['root', 'string', 'noise'].includes(strings[paths.kind[at]])
    if (!isOwn) found.set(words[at], { count: paths.count[at], bytes: paths.shallow[at] })
  })
  return found
}

/** At least this share of objects and bytes falls to the same ways from the roots, and to each as many. */
function assertSameSignatures(have, want, share) {
  for (const figure of ['count', 'bytes']) {
    let all = 0
    let same = 0
    let worst = ['', 0]
    for (const [words, row] of want) {
      const both = Math.min(row[figure], have.get(words)?.[figure] ?? 0)
      all += row[figure]
      same += both
      if (row[figure] - both > worst[1]) worst = [words, row[figure] - both]
    }
    assert.ok(same >= all * share, `${figure}: of ${all} only ${same} fall to the same signatures; most of those elsewhere, ${worst[1]}, to ${worst[0]}`)
  }
}

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
    // What is kept of one look would be in the heap at the next.
    const show = async (before, walker, after) => {
      const report = await leakguard.census({ walker, top: 100000, minShare: 0.01, maxPaths: 20000, names: 0 })
      await new Promise((resolve) => process.stdout.write(before + JSON.stringify(report) + after, resolve))
    }
    const main = async () => {
      // The first captures of a process make what stays.
      await leakguard.census({ walker: false })
      await show('{"walk":', true, ',')
      await show('"snapshot":', false, '}')
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
  const held = ({ dominators }) => dominators.find(({ name }) => name === 'global.held').retainedSize
  assertNear(held(walk), held(snapshot), 0.05, 'all of it')
  const unreached = ({ classes }) => classes.find((row) => row.name === 'Unreached')
  assert.deepEqual([unreached(walk), unreached(snapshot)], [undefined, undefined], 'what is held weakly only')
  const [walked, known] = [walk, snapshot].map(({ census }) => signatures(census))
  assertSameSignatures(walked, known, 0.7)
  // Prototypes lead to what the realms of V8 hold.
  const isApps = ([words]) => words.includes(' held ') && !words.includes('__proto__')
  assertSameSignatures(walked, new Map([...known].filter(isApps)), 0.99)
  // V8's snapshot makes tables of lines for itself, which count as code: on a small heap that shows.
  const rest = ({ classes, nodeCount, totalSize }) => {
    const code = classes.find(({ name }) => name === '(compiled code)')
    return { nodes: nodeCount - code.count, bytes: totalSize - code.shallowSize }
  }
  assertNear(rest(walk).nodes, rest(snapshot).nodes, 0.05, 'nodes')
  assertNear(rest(walk).bytes, rest(snapshot).bytes, 0.05, 'bytes')
})

test("a walk lists the largest objects of V8's snapshot, each with what it retains", { skip }, async () => {
  const [walk, snapshot] = await program(`
    const many = (count) => Array.from({ length: count }, (_, n) => ({ n, text: 'text ' + n, at: { n: n + 0.5 } }))
    const forms = [many, (count) => new Map(many(count).entries()), (count) => new Set(many(count)), (count) => Object.fromEntries(many(count).map((one) => ['key' + one.n, one]))]
    for (let nth = 0; nth < 52; nth++) globalThis['kept' + nth] = forms[nth % 4](1000 + 40 * nth)
    const largest = async (walker) => (await leakguard.census({ walker })).dominators.filter(({ name }) => name.startsWith('global.kept')).sort((one, other) => (one.name < other.name ? -1 : 1))
    const main = async () => console.log(JSON.stringify([await largest(true), await largest(false)]))
    main()`)
  // The others are what Node keeps.
  assert.ok(walk.length >= 45, `it lists ${walk.length}`)
  assert.deepEqual(walk.map((row) => [row.name, row.class]), snapshot.map((row) => [row.name, row.class]))
  for (const [at, { name, retainedSize, retainedCount }] of walk.entries()) {
    assertNear(retainedSize, snapshot[at].retainedSize, 0.02, `${name} retains`)
    assertNear(retainedCount, snapshot[at].retainedCount, 0.02, `objects of ${name}`)
  }
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

test('a walk tells contexts of node:vm by what holds them', { skip }, async () => {
  const [walk, snapshot] = await program(`
    const vm = require('node:vm')
    globalThis.held = Array.from({ length: 12 }, (_, i) => vm.runInContext('function f() { return 1 }; f', vm.createContext({ i }), { filename: '/app/plugin.js' }))
    const contexts = async (walker) => (({ contextCount, contexts }) => [contextCount, ...contexts])(await leakguard.census({ walker }))
    const main = async () => console.log(JSON.stringify([await contexts(true), await contexts(false)]))
    main()`)
  assert.deepEqual([walk, snapshot].map(([count, { name, script }]) => [count, name, script]), Array(2).fill([12, 'global.held[]', '/app/plugin.js']))
  assertNear(walk[1].retainedSize, snapshot[1].retainedSize, 0.02, 'retained')
})

test('a script whose text is a part of another text has lines like any other, in Latin letters and in wide ones', { skip }, async () => {
  const [walk, snapshot] = await program(`
    const vm = require('node:vm')
    const scripts = { Plain: '', Part: '// what is cut off\\n', Wide: '// €\\n' }
    for (const [name, before] of Object.entries(scripts)) {
      const text = before + '(() => {\\n class ' + name + ' { n = 1 }\\n const kept = Array.from({ length: 3000 }, () => new ' + name + '())\\n return () => kept\\n})()'
      globalThis['of' + name] = new vm.Script(text.slice(before.length), { filename: '/app/' + name + '.js' }).runInThisContext()
    }
    const seen = ({ classes, suspects }) => Object.keys(scripts).map((name) => [name, classes.find((row) => row.name === name).location, suspects.find(({ type }) => type === 'Array of ' + name).location])
    const main = async () => {
      const looks = []
      for (const walker of [true, false]) looks.push(seen(await leakguard.census({ walker, mode: 'twin', minBytes: 1000, minShare: 0.0001, top: 1000 })))
      console.log(JSON.stringify(looks))
    }
    main()`)
  assert.deepEqual(walk, snapshot)
  // V8 has known where a class begins, or its constructor, since some version.
  for (const [name, made, kept] of walk) assert.deepEqual([made.file, made.line, kept.file], [`/app/${name}.js`, 2, `/app/${name}.js`])
})

test('a walk reads the scopes of ES modules, and names a variable of one of many', { skip }, async (t) => {
  const folder = folderFor(t)
  fs.writeFileSync(join(folder, 'base.mjs'), 'export const base = { some: 1 }')
  for (let at = 0; at < 40; at++) {
    const text = "import { base } from './base.mjs'\nconst held = []\nexport const keep = (n) => held.push({ n, base })\nexport const count = () => held.length"
    fs.writeFileSync(join(folder, `m${at}.mjs`), text)
  }
  const names = Array.from({ length: 40 }, (_, at) => `file://${folder}/m${at}.mjs`)
  const { evidence, suspects } = await program(`
    Promise.all(${JSON.stringify(names)}.map((name) => import(name))).then(async (modules) => {
      for (let n = 0; n < 20_000; n++) modules[17].keep(n)
      console.log(JSON.stringify(await leakguard.census({ walker: true })))
      modules.forEach((module) => module.count())
    })`)
  assert.equal(evidence, 'walker')
  assert.equal(suspects[0].name, 'held')
  assert.deepEqual({ ...suspects[0].location, column: 7 }, { file: join(folder, 'm17.mjs'), line: 2, column: 7 })
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
      const strict = await leakguard.census({ walker: true }).catch(({ code, failure, message }) => ({ code, failure, message }))
      const first = brief(await leakguard.census({ walker: 'auto' }))
      const second = brief(await leakguard.census({ walker: 'auto' }))
      console.log(JSON.stringify({ strict, first, second, capabilities: leakguard.capabilities() }))
    }
    main()`)
  assert.deepEqual([strict.code, strict.failure], ['ERR_LEAKGUARD_TWIN', 'capture'])
  assert.equal(first.evidence, 'snapshot')
  assert.match(first.walkerReason, /planted 65 were found/)
  assert.ok(first.suspects > 0)
  assert.deepEqual(second, { ...first, walkerReason: capabilities.reasons.walker })
  assert.equal(capabilities.walker, false)
})

test('a walk whose twin somebody kills is not to blame: it is told, no snapshot is tried, and the next look walks', { skip }, async () => {
  const { code, failure, capabilities, evidence } = await program(`${prelude(200_000)}
    const childrenOf = (id) => { try { return fs.readFileSync('/proc/self/task/' + id + '/children', 'utf8').trim().split(' ') } catch { return [] } }
    const kill = () => {
      for (const child of fs.readdirSync('/proc/self/task').flatMap(childrenOf).filter(Boolean)) try { process.kill(child, 'SIGKILL') } catch {} // it may have ended
    }
    const main = async () => {
      const killer = setInterval(kill, 1)
      const { code, failure } = await leakguard.census().catch((error) => error)
      clearInterval(killer)
      const { evidence } = await leakguard.census()
      console.log(JSON.stringify({ code, failure, capabilities: leakguard.capabilities(), evidence }))
    }
    main()`)
  assert.deepEqual([code, failure], ['ERR_LEAKGUARD_TWIN', 'killed'])
  assert.deepEqual([capabilities.walker, capabilities.reasons.walker], [true, undefined])
  assert.equal(evidence, 'walker')
})

/** A program whose V8 is pretended to be another one. */
const pretended = (pretence, source) => program(source, { env: { ...process.env, LEAKGUARD_WALKER_PRETEND: pretence } })

for (const [what, pretence, reason] of [
  ['does not export a constant', 'v8dbg_type_JSGlobalProxy__JS_GLOBAL_PROXY_TYPE=', /does not export v8dbg_type_JSGlobalProxy/],
  ['lays out maps otherwise', 'v8dbg_class_Map__instance_type__uint16_t=16', /says v8dbg_class_Map__instance_type__uint16_t is 16 and not 12/],
  ['has other kinds of objects', 'v8dbg_type_ByteArray__BYTE_ARRAY_TYPE=400', /other kinds of arrays|both have number/],
  ['is too old', 'version=10.2.1', /V8 10.2.1 is older/],
]) {
  test(`a V8 that ${what} is refused`, { skip }, async () => {
    const { walker, reasons } = await pretended(pretence, 'console.log(JSON.stringify(leakguard.capabilities()))')
    assert.equal(walker, false)
    assert.match(reasons.walker, reason)
  })
}

test('a V8 that lacks a function is noticed at the walk: its snapshot is taken, or nothing where nothing else was asked for', { skip }, async () => {
  const { strict, evidence, walkerReason } = await pretended('_ZN2v86Object18GetConstructorNameEv=', `
    const main = async () => {
      const strict = await leakguard.census({ walker: true }).catch(({ code }) => code)
      const { evidence, walkerReason } = await leakguard.census()
      console.log(JSON.stringify({ strict, evidence, walkerReason }))
    }
    main()`)
  assert.deepEqual([strict, evidence], ['ERR_LEAKGUARD_TWIN', 'snapshot'])
  assert.match(walkerReason, /does not export v8::Object::GetConstructorName/)
})

test('a V8 that was not tested is compared with its own snapshot first, and then trusted', { skip }, async () => {
  const version = process.versions.v8.replace(/^(\d+)\.\d+/, '$1.99')
  const [first, second] = await pretended(`version=${version}`, `${prelude(20_000)}
    const brief = ({ evidence, walkerReason }) => ({ evidence, walkerReason })
    const main = async () => console.log(JSON.stringify([brief(await leakguard.census()), brief(await leakguard.census({ walker: true }))]))
    main()`)
  assert.deepEqual([first, second], [{ evidence: 'walker' }, { evidence: 'walker' }])
})

test('findGrowth walks the heap, says so, and names what grows as by snapshots', { skip }, async () => {
  const [walk, snapshot] = await program(`${prelude(1000)}
    let index = leakedArray.length
    const found = async (walker) => {
      const timer = setInterval(() => { for (let i = 0; i < 300; i++) leak(index++) }, 20)
      const { evidence, walkerReason, suspects } = await leakguard.findGrowth({ walker, rounds: 2, interval: 300 })
      clearInterval(timer)
      return { evidence, walkerReason, suspects: suspects.map(({ name, path, fingerprint }) => ({ name, path, fingerprint })) }
    }
    const main = async () => console.log(JSON.stringify([await found('auto'), await found(false)]))
    main()`)
  assert.deepEqual([walk.evidence, walk.walkerReason], ['walker', undefined])
  assert.deepEqual([snapshot.evidence, snapshot.walkerReason], ['snapshot', 'walker: false'])
  assert.ok(walk.suspects.length > 0 && walk.suspects[0].name.includes('leakedArray'), JSON.stringify(walk.suspects))
  assert.deepEqual(walk.suspects[0], snapshot.suspects[0])
})

test('a walk is not made where it was not asked for, or cannot be', async () => {
  await assert.rejects(leakguard.census({ walker: 'yes' }), { code: 'ERR_LEAKGUARD_OPTION', message: /"walker" must be true, false or 'auto'/ })
  await assert.rejects(leakguard.census({ walker: true, mode: 'inline' }), { code: 'ERR_LEAKGUARD_UNSUPPORTED' })
  const { evidence, walkerReason } = await leakguard.census({ walker: false })
  assert.deepEqual([evidence, walkerReason], ['snapshot', 'walker: false'])
})
