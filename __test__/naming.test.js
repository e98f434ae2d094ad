'use strict'

// Programs that leak in one way each, and what the report calls it: by the names and lines of the source.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

const LOOK = `
const look = async () => {
  const { path } = await leakguard.writeSnapshot()
  const { suspects, dominators } = await leakguard.analyze(path, { minShare: 0.004, minBytes: 20000 })
  process.stdout.write(JSON.stringify({ suspects, dominators }), () => process.exit())
}`
const COMMONJS = `const leakguard = require(${JSON.stringify(root)})${LOOK}`
const ES_MODULE = `import leakguard from ${JSON.stringify(pathToFileURL(join(root, 'index.js')).href)}${LOOK}`

const CASES = [
  {
    name: 'timers, listeners and closures',
    files: {
      'main.cjs': `const { EventEmitter } = require('node:events')
const bus = new EventEmitter().setMaxListeners(0)
const shutdown = new AbortController()
let theThing = null
class Poller {
  constructor(n) { this.data = [n]; setInterval(this.poll.bind(this), 3600_000 + n % 50) }
  poll() { return this.data }
}
function step(n) {
  const request = { n, url: '/' + n }
  bus.on('config', function onConfig() { return request })
  shutdown.signal.addEventListener('abort', () => request)
  setTimeout(function expire() { return request }, 7200_000)
  new Poller(n)
}
function replace(n) {
  const originalThing = theThing
  const unused = () => originalThing
  theThing = { text: 'thing ' + n, someMethod() { return 1 } }
}
require('node:events').setMaxListeners(0, shutdown.signal)
for (let n = 0; n < 2000; n++) { step(n); replace(n) }
globalThis.steps = [step, replace]
${COMMONJS}
look()`,
    },
    expected: [
      /^bus\.on\('config'\) \(main\.cjs:2\), Array of onConfig \(main\.cjs:11\), 2,000 objects/,
      /^shutdown\.signal\.addEventListener\('abort'\) \(main\.cjs:3\), chain of Function \(main\.cjs:12\), 2,000 objects/,
      /^theThing \(main\.cjs:4\), chain of Object → someMethod\(\) → scope, 2,000 objects/,
      /^setInterval callback poll \(main\.cjs:7\), Timeout, \d,\d{3} objects|^setTimeout callback expire \(main\.cjs:13\), Timeout, \d,\d{3} objects/,
    ],
  },
  {
    name: 'collections of all kinds, a module, a global',
    files: {
      'cache.cjs': `
exports.entries = new Map()
exports.add = (n) => exports.entries.set('key' + n, { n })`,
      'main.cjs': `const counts = [], hits = {}, points = []
let log = '', list = null, tree = null
function insert(key) {
  const leaf = { key: 'k' + key, order: key, left: null, right: null }
  if (tree === null) tree = leaf
  for (let at = tree; at !== leaf;) at = at[at.order > key ? 'left' : 'right'] ??= leaf
}
global.sessions = {}
function step(n) {
  require('./cache.cjs').add(n)
  for (let k = 0; k < 8; k++) counts.push(n * 1.5)
  hits['10.0.0.' + n] = n
  log += 'request ' + n
  list = { n, next: list, text: 'item ' + n }
  insert((n * 7919) % 3001)
  global.sessions['s' + n] = { n }
  points.push(() => n)
}
for (let n = 0; n < 3000; n++) step(n)
globalThis.step = step
${COMMONJS}
look()`,
    },
    expected: [
      /^exports\.entries \(cache\.cjs:2\), Map of string → Object, 3,000 objects/,
      /^counts \(main\.cjs:1\), Array of numbers, /,
      /^hits \(main\.cjs:1\), Object of string → number, 3,000 objects/,
      /^log \(main\.cjs:2\), concatenated string, /,
      /^list \(main\.cjs:2\), chain of Object, 3,000 objects/,
      /^tree \(main\.cjs:2\), tree of Object, 3,000 objects/,
      /^global\.sessions, Object of Object, 3,000 objects/,
      /^points \(main\.cjs:1\), Array of Function \(main\.cjs:17\), 3,000 objects/,
    ],
    path: { of: /^exports\.entries/, step: { name: 'cache.cjs', type: 'module' } },
  },
  {
    name: 'ES modules',
    files: {
      'store.mjs': `
export const store = new Map()
const history = []
export default []
export function remember(n) { store.set('k' + n, { n }); history.push({ n }) }`,
      'main.mjs': `import { store, remember } from './store.mjs'
import list from './store.mjs'
const requests = []
${ES_MODULE}
export function handle(n) { requests.push({ n }); list.push({ n }); remember(n) }
for (let n = 0; n < 5000; n++) handle(n)
await look()`,
    },
    expected: [
      /^store \(store\.mjs:2\), Map of string → Object, 5,000 objects/,
      /^history \(store\.mjs:3\), Array of Object, 5,000 objects/,
      /^default \(store\.mjs:4\), Array of Object, 5,000 objects/,
      /^requests \(main\.mjs:3\), Array of Object, 5,000 objects/,
    ],
    path: { of: /^store/, step: { name: 'store.mjs', type: 'module' } },
  },
  {
    name: 'locals of functions that run and that wait',
    files: {
      'main.cjs': `${COMMONJS}
async function wait() {
  const rows = []
  for (let n = 0; n < 5000; n++) rows.push({ n })
  await new Promise((resolve) => { globalThis.never = resolve })
  return rows
}
wait()
look()`,
    },
    expected: [/^local of wait\(\) \(main\.cjs:\d+\), Array of Object, 5,000 objects/],
  },
]

for (const { name, files, expected, path } of CASES) {
  test(`names ${name}`, async (t) => {
    const cwd = folderFor(t)
    for (const [file, text] of Object.entries(files)) fs.writeFileSync(join(cwd, file), text)
    const { code, stdout, stderr } = await node([join(cwd, Object.keys(files).at(-1))], { cwd })
    assert.equal(code, 0, stderr)
    const { suspects, dominators } = JSON.parse(stdout)
    const texts = suspects.map(({ text }) => text)
    for (const line of expected) assert.ok(texts.some((text) => line.test(text)), `${line} in ${texts.join('\n')}`)
    for (const { location } of suspects) assert.ok(!location?.file.startsWith('file:'), location?.file)
    if (path) {
      const steps = suspects.find(({ text }) => path.of.test(text)).path
      assert.ok(steps.some((step) => step.type === path.step.type && step.name === join(cwd, path.step.name)), JSON.stringify(steps))
    }
    assert.ok(dominators.every((row) => row.name !== 'BuiltinModule.map'), 'Node\'s own tables are left out')
  })
}
