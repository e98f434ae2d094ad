'use strict'

// Programs that leak in one way each, and healthy ones, looked at three times while they work: what grows is named, or nothing is.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const leakguard = require('leakguard')
const { node, program, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

/** Steps of work; `step(n)` does one. What it leaks is to be named by `name`, `type`, `cause` and the line with the mark. */
const PROGRAMS = {
  array: {
    source: `const leakedArray = [] // here
function step(n) { leakedArray.push({ date: new Date(n), url: '/product/' + n }) }`,
    expected: { name: 'leakedArray', type: /^Array of Object$/, cause: 'cache' },
  },
  map: {
    source: `class Session { constructor(n) { this.id = n; this.user = 'user ' + n } }
const app = { cache: new Map() } // here
function step(n) { app.cache.set('session ' + n, new Session(n)) }`,
    expected: { name: 'app.cache', type: /^Map of string → Session$/, cause: 'cache' },
  },
  'an object used as map': {
    source: `const visits = {} // here
function step(n) { visits['a visitor whose name is as long as this ' + n] = n }`,
    expected: { name: 'visits', type: /^Object of string/, cause: 'cache' },
  },
  listeners: {
    source: `const bus = new (require('node:events').EventEmitter)().setMaxListeners(0) // here
function step(n) { const request = { n, url: '/' + n }; bus.on('config', function onConfig() { return request }) }`,
    expected: { name: "bus.on('config')", type: /^Array of onConfig \(main\.cjs:/, cause: 'listener', inside: /request/ },
  },
  'abort listeners': {
    source: `const shutdown = new AbortController() // here
require('node:events').setMaxListeners(0, shutdown.signal)
function step(n) { const request = { n, url: '/' + n }; shutdown.signal.addEventListener('abort', () => request) }`,
    expected: { name: "shutdown.signal.addEventListener('abort')", type: /^chain of /, cause: 'listener' },
  },
  intervals: {
    source: `class Poller {
  constructor(n) { this.data = [n, 'poller ' + n]; setInterval(this.poll.bind(this), 3600_000 + (n % 2)) }
  poll() { return this.data } // here
}
function step(n) { new Poller(n) }`,
    expected: { name: 'setInterval callback poll', type: /^Timeout$/, cause: 'timer' },
  },
  promises: {
    source: `const shutdown = new Promise(() => {}) // here
function step(n) { const request = { n, url: '/' + n }; shutdown.then(() => request) }`,
    expected: { name: 'shutdown', type: /^Promise of Function \(main\.cjs:/, cause: 'promise' },
  },
  closures: {
    source: `let theThing = null // here
function step(n) {
  const originalThing = theThing
  const unused = () => originalThing
  theThing = { text: 'thing ' + n, rows: [n, n], someMethod() { return 1 } }
}`,
    expected: { name: 'theThing', type: /^chain of /, cause: 'closure' },
  },
  buffers: {
    source: `const uploads = [] // here
function step(n) { if (n % 10 === 0) uploads.push(Buffer.alloc(4096)) }`,
    expected: { name: 'uploads', type: /^Array of Buffer$/, cause: 'buffer' },
  },
  'a global': {
    source: `globalThis.seen = new Set()
function step(n) { globalThis.seen.add({ n, text: 'seen ' + n }) }`,
    expected: { name: 'global.seen', type: /^Set of Object$/, cause: 'global' },
  },
  'a linked list': {
    source: `class Job { constructor(n, next) { this.n = n; this.text = 'job ' + n; this.next = next } }
let head = null // here
function step(n) { head = new Job(n, head) }`,
    expected: { name: 'head', type: /^chain of Job$/, cause: 'list' },
  },
  'what two variables hold': {
    source: `class Order { constructor(n) { this.n = n; this.lines = [{ n }, { n: n + 1 }] } }
const byId = new Map(), all = new Set() // here
function step(n) { const order = new Order(n); byId.set(n, order); all.add(order) }`,
    expected: { name: /^(byId|all)$/, type: /^(Map|Set) of Order$/, cause: 'cache' },
  },
  'minified names, all in one line': {
    source: `class t{constructor(e){this.n=e;this.s="s"+e}}const r={c:new Map};function step(e){r.c.set(e,new t(e))} // here`,
    expected: { name: 'r.c', type: /^Map of t$/, cause: 'cache' },
  },
  'numbers in an array': {
    source: `const readings = [] // here: V8 makes room by half as much again, at 71,108, 106,678, 160,033 and 240,065
function step(n) { for (let nth = 0; nth < 25; nth++) readings.push(n + nth / 3) }`,
    expected: { name: 'readings', type: /^Array of numbers$/, cause: 'cache' },
  },
  'a map that is large already': {
    source: `const accounts = new Map() // here
for (let n = 0; n < 5000; n++) accounts.set('old account ' + n, { n })
function step(n) { accounts.set('account ' + n, { n, url: '/' + n }) }`,
    expected: { name: 'accounts', type: /^Map of string → Object$/, cause: 'cache' },
  },
  'modules that are loaded meanwhile': {
    source: `const seen = new Map() // here
const fs = require('node:fs')
function step(n) {
  seen.set('visitor ' + n, { n, at: new Date(n) })
  if (n % 50 !== 0) return
  fs.writeFileSync('lazy-' + n + '.cjs', 'const rows = Array.from({ length: 200 }, (_, row) => ({ row, text: "row " + row })); exports.find = (row) => rows[row]; exports.all = () => rows')
  require('./lazy-' + n + '.cjs').find(1)
}`,
    expected: { name: 'seen', type: /^Map of string → Object$/, cause: 'cache' },
  },
  'contexts of vm': {
    source: `const vm = require('node:vm')
const contexts = [] // here
function step(n) { if (n % 50 === 0) contexts.push(vm.createContext({ n })) }`,
    expected: { name: 'contexts', type: /^Array of /, cause: 'context' },
  },
}

/** Ways to leak, all in one program: what each is named, and its cause. */
const CAUSES = {
  source: `const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks')
const { EventEmitter } = require('node:events')
const net = require('node:net')
const vm = require('node:vm')
const seen = new Set(), handlers = [], pending = new Set(), contexts = new Map(), functions = [], bodies = new Map(), keys = [], memory = {}
const meta = new WeakMap()
const never = new Promise(() => {})
const bus = new EventEmitter()
const channel = require('node:diagnostics_channel').channel('requests')
const als = new AsyncLocalStorage()
let resource = new AsyncResource('chain')
exports.history = []
globalThis.events = []
const own = exports
const sockets = []
const server = net.createServer((socket) => sockets.push(socket)).listen(0)
const listening = new Promise((resolve) => server.once('listening', resolve))
async function wait(n) { const request = { n, url: '/wait/' + n }; await never; return request }
async function step(n) {
  const request = { n, url: '/' + n }
  seen.add({ n, url: '/' + n })
  handlers.push(() => request)
  pending.add(new Promise(() => {}))
  wait(n)
  memory['a key as long as this ' + n] = { n }
  own.history.push({ n, text: 'history ' + n })
  events.push({ n, text: 'event ' + n })
  setInterval(function poll() { return request }, 3600_000)
  bus.once('reply ' + n, () => request)
  channel.subscribe(() => request)
  const key = { n }
  keys.push(key)
  meta.set(key, { n, text: 'about ' + n })
  resource = resource.runInAsyncScope(() => als.run({ n, before: als.getStore(), user: 'user ' + n }, () => new AsyncResource('chain')))
  if (n % 10 === 0) bodies.set('body ' + n, Buffer.alloc(2048))
  if (n % 40 === 0) contexts.set('tenant ' + n, vm.createContext({ n }))
  if (n % 40 === 20) functions.push(vm.runInNewContext('(function inside() { return 1 })'))
  if (n % 10 === 5) {
    await listening
    await new Promise((resolve) => net.connect(server.address().port, resolve))
  }
}`,
  expected: [
    ['seen', /^Set of Object$/, 'cache'],
    ['handlers', /^Array of Function \(main\.cjs:/, 'closure'],
    ['pending', /^Set of Promise$/, 'promise'],
    ['never', /^Promise of /, 'promise'],
    ['memory', /^Object of (string → )?Object$/, 'cache'],
    [/^(own|exports)\.history$/, /^Array of Object$/, 'cache'],
    ['global.events', /^Array of Object$/, 'global'],
    ['setInterval callback poll', /^Timeout$/, 'timer'],
    ['bus.on(…)', /^Object of (onceW|w)rapper$/, 'listener'],
    ['channel._subscribers', /^Array of Function/, 'listener'],
    ['keys', /^Array of Object$/, 'cache'],
    [/^resource/, /./, 'async-context'],
    ['bodies', /^Map of string → Buffer$/, 'buffer'],
    ['contexts', /^Map of string → Object$/, 'context'],
    ['functions', /^Array of inside/, 'context'],
    ['Socket', /^Socket$/, 'socket'],
  ],
}

const HEALTHY = {
  'a cache that is full': `const cache = new Map()
function step(n) { cache.set(n, { n, text: 'entry ' + n }); if (cache.size > 300) cache.delete(cache.keys().next().value) }`,
  'listeners that are removed': `const bus = new (require('node:events').EventEmitter)()
function step(n) { const request = { n }; const done = () => request; bus.on('done', done); bus.off('done', done) }`,
  'timers that end': `function step(n) { const request = { n }; clearTimeout(setTimeout(() => request, 60_000)) }`,
  'modules that are loaded lazily': `const fs = require('node:fs')
function step(n) {
  if (n % 50 !== 0) return
  fs.writeFileSync('lazy-' + n + '.cjs', 'const rows = Array.from({ length: 200 }, (_, row) => ({ row, text: "row " + row })); exports.find = (row) => rows[row]; exports.all = () => rows')
  require('./lazy-' + n + '.cjs').find(1)
}`,
  'work that leaves nothing': `function step(n) { const rows = []; for (let row = 0; row < 20; row++) rows.push({ row, n, text: 'row ' + row + n }); return rows }`,
  'a load that comes and goes': `const inside = []
function step(n) { inside.push({ n, rows: new Array(20).fill(n + 0.5) }); while (inside.length > 200 + 150 * Math.sin(n / 600)) inside.shift() }`,
}

/** Each Node's walks are held against its snapshots elsewhere; with the second Node and others what grows is named by walks, which take less time. */
const BY_WALKS = process.env.LEAKGUARD_OTHER_NODE === '1' && leakguard.capabilities().walker

/** Works, looks, works, looks, works, looks; answers what grew. By snapshots the last look is a file; a walk is not compared with one. */
function looked(source, steps = 2000, byWalks = BY_WALKS) {
  const folded = (walker) => `JSON.parse(JSON.stringify((await leakguard.census({ kind: 'folded', walker: ${walker} })).census))`
  return `const leakguard = require(${JSON.stringify(root)})
${source}
globalThis.kept = step
let n = 0
const work = async () => { for (const end = n + ${steps}; n < end; n++) { await step(n); if (n % 100 === 0) await new Promise(setImmediate) } }
;(async () => {
  await work()
  const looks = []
  for (let look = 0; look < 3; look++) { await work(); looks.push(${byWalks ? folded(true) : `look < 2 ? ${folded(false)} : await snapshot()`}) }
  process.stdout.write(JSON.stringify(await leakguard.growth(looks, { top: 100 })), () => process.exit(0))
})()
async function snapshot() { return (await leakguard.writeSnapshot('last.heapsnapshot')).path }`
}

async function grownIn(t, source, steps, byWalks) {
  const folder = fs.realpathSync(folderFor(t))
  fs.writeFileSync(join(folder, 'main.cjs'), looked(source, steps, byWalks))
  const { code, stdout, stderr } = await node(['main.cjs'], { cwd: folder })
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

for (const [name, { source, expected }] of Object.entries(PROGRAMS)) {
  test(`what grows is named: ${name}`, async (t) => {
    const growth = await grownIn(t, source)
    const [first] = growth.suspects
    const told = JSON.stringify(growth.suspects.map(({ text, cause, inside }) => [cause, text, inside]), null, 1)
    assert.ok(first, 'something grows')
    if (expected.name instanceof RegExp) assert.match(first.name, expected.name, told)
    else assert.equal(first.name, expected.name, told)
    assert.match(first.type, expected.type, told)
    assert.match(first.cause, new RegExp(`^(${expected.cause.source ?? expected.cause})$`), told)
    if (expected.inside) assert.match(first.inside.join(), expected.inside, told)
    const line = looked(source).split('\n').findIndex((text) => text.includes('// here')) + 1
    if (line > 0) assert.deepEqual([first.location.file.split('/').at(-1), first.location.line], ['main.cjs', line], told)
    assert.equal(first.counts.length, 3)
    assert.ok(first.retainedDelta === first.sizes[2] - first.sizes[0] && first.retainedDelta > 0, told)
    assert.match(first.fingerprint, /^[0-9a-f]{16}$/)
    assert.ok(first.text.includes(first.name) && growth.text === first.text)
  })
}

test('causes are told apart, all in one program', async (t) => {
  const growth = await grownIn(t, CAUSES.source, 600)
  const told = JSON.stringify(growth.suspects.map(({ name, type, cause, text }) => [name, type, cause, text]), null, 1)
  const is = (pattern, text) => (pattern instanceof RegExp ? pattern.test(text) : pattern === text)
  for (const [name, type, cause] of CAUSES.expected) {
    const found = growth.suspects.find((suspect) => is(name, suspect.name) && type.test(suspect.type))
    assert.ok(found, `${name} ${type} in ${told}`)
    assert.equal(found.cause, cause, `${name} in ${told}`)
    assert.ok(found.advice.length > 20)
  }
})

test('what may fill up to a bound names it', async (t) => {
  const { suspects } = await grownIn(t, `class Lru {
  max = 1e6
  kept = new Map()
  set(key, value) { this.kept.set(key, value); if (this.kept.size > this.max) this.kept.clear() }
}
const users = { maxSize: 1e6, byId: new Map() }, rows = new Lru(), pages = { byUrl: new Map() }
function step(n) {
  users.byId.set(n, { n, user: 'user ' + n })
  if (users.byId.size > users.maxSize) users.byId.clear()
  rows.set(n, { n, row: [n] })
  pages.byUrl.set('/' + n, { n, page: 'page ' + n })
}`)
  const bounds = suspects.map(({ name, bound }) => [name, bound]).sort()
  assert.deepEqual(bounds, [['pages.byUrl', undefined], ['rows.kept', 'max'], ['users.byId', 'maxSize']])
})

test('looks of different Node.js versions are compared, and it is said', async () => {
  const { census } = await leakguard.census({ mode: 'inline' })
  const growth = await leakguard.growth([{ ...census, node: 'v18.0.0' }, census])
  assert.deepEqual(growth.suspects, [])
  assert.match(growth.notes.join(), new RegExp(`different Node\\.js versions \\(v18\\.0\\.0, ${process.version}\\)`))
})

test('two kinds of timers that wait the same time are told as what they are', async (t) => {
  const source = `class Poller { constructor(n) { this.rows = [n, 'poller ' + n]; setInterval(() => this.rows, 60_000) } } // poll
class Beat { constructor(n) { this.beats = { n, text: 'beat ' + n }; setInterval(() => this.beats, 60_000) } } // beat
function step(n) { new Poller(n); if (n % 2) new Beat(n) }`
  // By walks either kind is told first.
  const { suspects } = await grownIn(t, source, undefined, false)
  const [first] = suspects
  const told = JSON.stringify(suspects, null, 1)
  assert.deepEqual([first.cause, first.location.line, first.inside[0]], ['timer', 2, 'this: Poller'], told)
  assert.ok(first.inside.every((what) => ['this: Poller', 'this: Beat'].includes(what)), told)
  assert.match(first.name, /^setInterval callback/, told)
})

for (const [name, source] of Object.entries(HEALTHY)) {
  test(`nothing grows: ${name}`, async (t) => {
    const growth = await grownIn(t, source)
    assert.deepEqual(growth.suspects.map(({ text }) => text), [])
    assert.match(growth.text, /^Nothing grows/)
  })
}

test('the running process says what grows in it, look by look, and keeps nothing', async (t) => {
  const { growth, progress, files, listeners } = await program(
    `const leakedArray = []
    const leak = (n) => leakedArray.push({ n, url: '/' + n })
    globalThis.handler = leak
    let n = 0
    const timer = setInterval(() => { for (const end = n + 200; n < end; n++) leak(n) }, 10)
    const progress = []
    const controller = new AbortController()
    let listeners = 0
    controller.signal.addEventListener = () => listeners++
    leakguard.findGrowth({ rounds: 3, interval: '300ms', signal: controller.signal, onProgress: ({ look, looks, stage }) => progress.push([look, looks, stage].join(' ')) })
      .then((growth) => {
        clearInterval(timer)
        console.log(JSON.stringify({ growth, progress, listeners, files: require('node:fs').readdirSync('.') }))
      })`,
    { cwd: folderWithModule(t) },
  )
  assert.equal(growth.suspects[0].name, 'leakedArray', JSON.stringify(growth, null, 1))
  assert.equal(growth.looks, 3)
  assert.equal(growth.captures.length, 3)
  assert.ok(growth.suspects[0].counts[0] < growth.suspects[0].counts[2])
  // A stage can be over before it is asked for; a wait is told.
  assert.ok(['1 3 wait', '2 3 wait'].every((step) => progress.includes(step)), progress.join())
  for (const step of progress) assert.match(step, /^[123] 3 (walk|snapshot|parse|edges|dominators|report|wait)$/)
  assert.deepEqual(files, ['node_modules'])
  assert.equal(listeners, 0)
})

function folderWithModule(t) {
  const folder = fs.realpathSync(folderFor(t))
  fs.mkdirSync(join(folder, 'node_modules'))
  fs.symlinkSync(root, join(folder, 'node_modules', 'leakguard'))
  return folder
}

test('a search for growth is given up when its signal says so', async () => {
  const controller = new AbortController()
  const search = leakguard.findGrowth({ rounds: 100, interval: '1h', signal: controller.signal, onProgress: ({ stage }) => stage === 'wait' && controller.abort() })
  await assert.rejects(search, { code: 'ERR_LEAKGUARD_CANCELLED' })
})

test('of looks that are read in turns, what fails first ends the others and is told; streams and censuses are looks, too', async (t) => {
  const folder = folderFor(t)
  const { path } = await leakguard.writeSnapshot(join(folder, 'whole.heapsnapshot'))
  const damaged = join(folder, 'damaged.heapsnapshot')
  fs.writeFileSync(damaged, fs.readFileSync(path).subarray(0, 100_000))
  for (const looks of [[damaged, path, path], [path, damaged, path], [path, path, damaged]]) {
    await assert.rejects(leakguard.growth(looks), { code: 'ERR_LEAKGUARD_PARSE' })
  }
  const { census } = await leakguard.census({ maxPaths: 1000 })
  const looks = [fs.createReadStream(path), census, path, fs.createReadStream(path)]
  const seen = []
  const grown = await leakguard.growth(looks, { onProgress: ({ look, looks }) => seen.push([look, looks].join('/')) })
  assert.equal(grown.looks, 4)
  assert.deepEqual(seen, seen.toSorted(), 'looks are told of one after the other')
  // The last but one waits for the last to be read: whichever of them is a census.
  for (const looks of [[path, census], [census, path], [path, path, census], [census, census, path], [path, census, path]]) {
    assert.equal((await leakguard.growth(looks)).looks, looks.length)
  }
  // Given up while a stream is read, which is let go.
  for (const place of [1, 2]) {
    const controller = new AbortController()
    let isLetGo = false
    async function* ahead() {
      try {
        yield fs.readFileSync(path).subarray(0, 100_000)
        controller.abort(new Error('enough'))
        for (;;) yield await new Promise((resolve) => setTimeout(resolve, 5, ' '))
      } finally {
        isLetGo = true
      }
    }
    const failure = await leakguard.growth([path, path, path].with(place, ahead()), { signal: controller.signal }).then(assert.fail, (error) => error)
    assert.equal(failure.code, 'ERR_LEAKGUARD_CANCELLED')
    assert.equal(failure.cause.message, 'enough')
    for (let wait = 0; wait < 500 && !isLetGo; wait++) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.ok(isLetGo, `look ${place + 1} is let go`)
  }
})

test('what is no look is refused, by name and code', async (t) => {
  const rejects = (looks, code, message) => assert.rejects(leakguard.growth(looks), { code, message })
  await rejects('a', 'ERR_LEAKGUARD_OPTION', /array of two looks/)
  await rejects(['a'], 'ERR_LEAKGUARD_OPTION', /two looks or more/)
  await rejects(['a', 5], 'ERR_LEAKGUARD_OPTION', /look 2 must be/)
  await rejects([{}, {}], 'ERR_LEAKGUARD_CENSUS', /no census/)
  await rejects([{ version: 99 }, { version: 99 }], 'ERR_LEAKGUARD_CENSUS', /version 99/)
  await rejects(['/nowhere/a', '/nowhere/b'], 'ERR_LEAKGUARD_IO', /nowhere/)
  await assert.rejects(leakguard.growth(['a', 'b'], { rounds: 3 }), { code: 'ERR_LEAKGUARD_OPTION' })
  const file = join(folderFor(t), 'damaged.heapsnapshot')
  const { path } = await leakguard.writeSnapshot(join(folderFor(t), 'whole.heapsnapshot'))
  fs.writeFileSync(file, fs.readFileSync(path).subarray(0, 100_000))
  await rejects([path, file], 'ERR_LEAKGUARD_PARSE', /./)
  const same = await leakguard.growth([path, path, path])
  assert.deepEqual(same.suspects, [], 'the same file has not grown')
  assert.deepEqual(same.noise, [])
  const folded = await leakguard.census({ maxPaths: 100, names: 3 })
  assert.ok(folded.census.paths.parent.length <= 100 && folded.census.dropped.paths > 0 && folded.census.dropped.bytes > 0)
  const { census } = folded
  census.paths.parent[5] = 5000
  await rejects([census, census], 'ERR_LEAKGUARD_CENSUS', /a path is missing/)
})

test('the command line says what grew', async (t) => {
  const folder = folderFor(t)
  const files = ['a', 'b'].map((name) => join(folder, `${name}.heapsnapshot`))
  await program(`
    const leakedArray = []
    const leak = (n) => leakedArray.push({ n, url: '/' + n })
    globalThis.handler = leak
    let n = 0
    for (const file of ${JSON.stringify(files)}) { for (const end = n + 4000; n < end; n++) leak(n); leakguard.writeSnapshotSync(file) }`)
  const text = await node(['bin/leakguard.js', 'growth', ...files])
  assert.equal(text.code, 1, text.stderr)
  assert.match(text.stdout, /1 thing grows[^]*leakedArray: Array of Object[^]*\+4,000/)
  const json = await node(['bin/leakguard.js', 'growth', '--json', ...files])
  assert.equal(JSON.parse(json.stdout).suspects[0].name, 'leakedArray')
  const wrong = await node(['bin/leakguard.js', 'growth', files[0]])
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /two FILEs or more/)
})
