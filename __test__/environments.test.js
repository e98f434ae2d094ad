'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('node:path')
const { node, program, root } = require('./support/child.js')
const { leakySnapshot } = require('./support/snapshot.js')

const taken = leakySnapshot(test)
let path // as the text of a program has it
test.before(async () => (path = JSON.stringify((await taken).path)))

test('ES modules: the default and every name', async () => {
  const source = `import leakguard, * as names from 'leakguard'
    console.log(JSON.stringify(Object.keys(leakguard).filter((name) => names[name] !== leakguard[name])), typeof names.analyze)`
  const { stdout, stderr } = await node(['--input-type=module', '-e', source])
  assert.equal(stderr, '')
  assert.equal(stdout, '[] function\n')
})

test('TypeScript, as ES modules and as CommonJS', async () => {
  const { code, stdout } = await node([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root])
  assert.equal(stdout, '')
  assert.equal(code, 0)
})

test('a worker analyses', async () => {
  const answer = await program(`
    const { Worker } = require('node:worker_threads')
    const source = \`require('leakguard').analyze(${path}).then(({ nodeCount }) => require('node:worker_threads').parentPort.postMessage(nodeCount))\`
    const run = () => new Promise((resolve, reject) => new Worker(source, { eval: true }).on('message', resolve).on('error', reject))
    Promise.all([run(), run(), leakguard.analyze(${path}).then(({ nodeCount }) => nodeCount)]).then((counts) => console.log(JSON.stringify(counts)))`)
  assert.ok(answer[0] > 1000)
  assert.deepEqual(answer, [answer[0], answer[0], answer[0]])
})

test('a worker that ends during its analysis takes nothing with it, even if only it had loaded the addon', async () => {
  const answer = await program(`
    const { Worker } = require('node:worker_threads')
    const source = \`require('leakguard').analyze(${path}).catch(() => {}); setTimeout(() => process.exit(), Math.random() * 20)\`
    const run = () => new Promise((resolve) => new Worker(source, { eval: true }).on('exit', resolve))
    const ends = []
    ;(async () => {
      for (let round = 0; round < 8; round++) ends.push(await run())
      const worker = new Worker(\`require('leakguard').analyze(${path}).catch(() => {})\`, { eval: true })
      setTimeout(() => worker.terminate(), 30)
      await new Promise((resolve) => worker.on('exit', resolve))
      setTimeout(() => console.log(JSON.stringify(ends.every((code) => code === 0))), 100)
    })()`)
  assert.equal(answer, true)
})

test('a process that exits during its analysis does so at once and clean', async () => {
  for (const wait of [0, 5, 20]) {
    const { code, signal, stderr } = await node(['-e', `require('leakguard').analyze(${path}); setTimeout(() => process.exit(7), ${wait})`])
    assert.deepEqual([code, signal, stderr], [7, null, ''])
  }
})

test('two copies in one process: both work, and each knows the errors of the other', async () => {
  const answer = await program(`
    for (const file of Object.keys(require.cache)) delete require.cache[file]
    const other = require('leakguard')
    Promise.all([leakguard.analyze(${path}), other.analyze(${path})]).then(async ([one, two]) => {
      const error = await leakguard.analyze('missing').catch((error) => error)
      console.log(JSON.stringify([
        other !== leakguard, one.nodeCount === two.nodeCount,
        error instanceof leakguard.LeakguardError, error instanceof other.LeakguardError,
        new Error('mine') instanceof leakguard.LeakguardError, null instanceof leakguard.LeakguardError, error.name,
      ]))
    })`)
  assert.deepEqual(answer, [true, true, true, true, false, false, 'LeakguardError'])
})

test('in a realm of its own, as Jest makes them, with values of that realm', async () => {
  const answer = await program(`
    const vm = require('node:vm')
    const context = vm.createContext({ require, console, AbortController, setTimeout })
    const work = \`(async () => {
      const { analyze, LeakguardError } = require('leakguard')
      const bytes = require('node:fs').readFileSync(${path})
      const own = new Uint8Array(bytes) // this realm's class
      const report = await analyze((async function* () { yield own })(), { limits: {}, signal: new AbortController().signal })
      const error = await analyze('missing', Object.create(null)).catch((error) => error)
      console.log(JSON.stringify([report.nodeCount > 1000, error instanceof LeakguardError]))
    })()\`
    vm.runInContext(work, context)`)
  assert.deepEqual(answer, [true, true])
})

test('where the addon does not load, capture works and analysis says what to do', async () => {
  const answer = await program(`
    process.env.NAPI_RS_NATIVE_LIBRARY_PATH = '/missing.node'
    const Module = require('node:module')
    const { _load } = Module
    Module._load = (name, ...rest) => { if (name.endsWith('.node') || name.startsWith('leakguard-')) throw new Error('no such addon'); return _load(name, ...rest) }
    leakguard.analyze(${path}).catch(({ code, message }) => console.log(JSON.stringify([code, message])))`)
  assert.equal(answer[0], 'ERR_LEAKGUARD_NATIVE_MISSING')
  assert.match(answer[1], /build-native/)
})
