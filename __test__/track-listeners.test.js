'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter, once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { PassThrough } = require('node:stream')
const leakguard = require('leakguard')
const { node, program, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

/** A tracker of every listener, with what it says of one event. */
function tracking(t, options) {
  const tracker = leakguard.trackListeners({ sample: 1, ...options })
  t.after(() => tracker.stop())
  return { tracker, sites: (event) => tracker.report().sites.filter((site) => site.event === event && site.file === __filename) }
}
const counts = ({ live, added, removed }) => [live, added, removed]
/** The line of this file that has the mark. */
const line = (mark) => fs.readFileSync(__filename, 'utf8').split('\n').findIndex((text) => text.includes(`// ${mark}`)) + 1

test('a listener is counted where it was added: function, file, line, column, class, event', (t) => {
  const { sites } = tracking(t)
  class Bus extends EventEmitter {}
  const bus = new Bus().setMaxListeners(0)
  function subscribe() {
    bus.on('news', () => {}) // place of news
  }
  for (let nth = 0; nth < 20; nth++) subscribe()
  const [site, ...others] = sites('news')
  assert.deepEqual(others, [])
  assert.deepEqual(
    { function: site.function, line: site.line, type: site.type, live: site.live, growth: site.growth },
    { function: 'subscribe', line: line('place of news'), type: 'Bus', live: 20, growth: 20 },
  )
  assert.equal(site.column, '    bus.'.length + 1)
  assert.ok(site.oldestMs >= 0)
  assert.equal(sites('news')[0].growth, 0)
})

test('all ways to add and to end, each counted one time', (t) => {
  const { sites } = tracking(t)
  const emitter = new EventEmitter()
  const noop = () => {}
  const ways = {
    off: () => emitter.on('off', noop).off('off', noop),
    removeListener: () => emitter.addListener('removeListener', noop).removeListener('removeListener', noop),
    all: () => emitter.on('all', noop).removeAllListeners('all'),
    once: () => emitter.once('once', noop).emit('once'),
    'once off': () => emitter.once('once off', noop).off('once off', noop),
    prepend: () => emitter.prependListener('prepend', noop).off('prepend', noop),
    prependOnce: () => emitter.prependOnceListener('prependOnce', noop).emit('prependOnce'),
    inside: () => emitter.on('inside', function self() { emitter.off('inside', self) }).emit('inside'),
    reset: () => { emitter.on('reset', noop); delete emitter._events.reset },
  }
  for (const [event, way] of Object.entries(ways)) {
    way()
    assert.deepEqual(sites(event).map(counts), [[0, 1, 1]], event)
  }
  emitter.on('kept', noop).on('kept', noop).off('kept', noop)
  assert.deepEqual(sites('kept').map(({ live }) => live).sort(), [0, 1])
})

test('what listens to new listeners adds others meanwhile, and each is counted with its own emitter', (t) => {
  const { sites } = tracking(t)
  class Outer extends EventEmitter {}
  class Inner extends EventEmitter {}
  const [outer, inner] = [new Outer(), new Inner()]
  outer.on('newListener', () => inner.on('nested', () => {}))
  for (let nth = 0; nth < 4; nth++) outer.on('outer', () => {})
  assert.deepEqual(sites('outer').map(({ type, live }) => [type, live]), [['Outer', 4]])
  assert.deepEqual(sites('nested').map(({ type, live }) => [type, live]), [['Inner', 4]])
  inner.removeAllListeners()
  assert.deepEqual([sites('outer').map(counts), sites('nested').map(counts)], [[[4, 4, 0]], [[0, 4, 4]]])
})

test('several trackers, one started while another runs, count the same', (t) => {
  const [one, other] = [tracking(t), tracking(t)]
  class Inner extends EventEmitter {}
  const [outer, inner] = [new EventEmitter(), new Inner()]
  outer.on('newListener', () => inner.on('nested twice', () => {}))
  for (let nth = 0; nth < 3; nth++) outer.on('outer twice', () => {})
  for (const { sites } of [one, other]) {
    assert.deepEqual(sites('outer twice').map(({ type, live }) => [type, live]), [['EventEmitter', 3]])
    assert.deepEqual(sites('nested twice').map(({ type, live }) => [type, live]), [['Inner', 3]])
  }
})

test('what adds nothing takes no place of what does, and no type of an event is kept', async (t) => {
  const tracker = leakguard.trackListeners()
  t.after(() => tracker.stop())
  const target = new EventTarget()
  const again = () => {}
  for (let nth = 0; nth < 5000; nth++) target.addEventListener('again', again)
  for (let nth = 0; nth < 40; nth++) {
    for (let more = 0; more < 50; more++) target.addEventListener('again', again)
    target.addEventListener('again', () => {}) // place of rare
  }
  const rare = tracker.report().sites.find((site) => site.event === 'again' && site.line === line('place of rare'))
  assert.equal(rare?.live, 40)
  const refs = Array.from({ length: 50 }, () => {
    const type = { toString: () => 'made' }
    new EventTarget().addEventListener(type, again)
    new EventEmitter().on(type, again)
    return new WeakRef(type)
  })
  await new Promise((resolve) => setTimeout(resolve, 10))
  leakguard.gc()
  assert.equal(refs.filter((ref) => ref.deref() !== undefined).length, 0)
})

test('event targets: once, signal, twice the same, abort, and what Node adds for itself', (t) => {
  const { sites } = tracking(t)
  const target = new EventTarget()
  const noop = () => {}
  target.addEventListener('twice', noop)
  target.addEventListener('twice', noop)
  assert.deepEqual(sites('twice').map(counts), [[1, 1, 0]])
  target.removeEventListener('twice', noop)
  assert.deepEqual(sites('twice').map(counts), [[0, 1, 1]])

  target.addEventListener('once', { handleEvent() {} }, { once: true })
  assert.equal(sites('once')[0].live, 1)
  target.dispatchEvent(new Event('once'))
  assert.deepEqual(sites('once').map(counts), [[0, 1, 1]])

  const controller = new AbortController()
  target.addEventListener('signal', noop, { signal: controller.signal })
  assert.deepEqual(sites('signal').map(counts), [[1, 1, 0]])
  assert.deepEqual(sites('abort'), [], 'Node listens to the signal weakly')
  controller.abort()
  assert.deepEqual(sites('signal').map(counts), [[0, 1, 1]])
  target.addEventListener('aborted', noop, { signal: controller.signal })
  assert.deepEqual(sites('aborted'), [])

  const { signal } = new AbortController()
  for (let nth = 0; nth < 3; nth++) signal.addEventListener('abort', () => {})
  const [site] = sites('abort')
  assert.deepEqual([site.type, ...counts(site)], ['AbortSignal', 3, 3, 0])
})

test('what Node does for the app counts at the place of the app', async (t) => {
  const { sites } = tracking(t)
  const source = new PassThrough()
  source.pipe(new PassThrough()) // place of pipe
  assert.ok(sites('data').some((site) => site.line === line('place of pipe') && site.type === 'PassThrough'))
  const emitter = new EventEmitter()
  const waiting = once(emitter, 'soon') // place of once
  assert.deepEqual(sites('soon').map((site) => [site.line, site.live]), [[line('place of once'), 1]])
  emitter.emit('soon')
  await waiting
  assert.equal(sites('soon')[0].live, 0)
})

test('odd emitters: symbols, frozen ones, proxies, subclasses with methods of their own, captureRejections, newListener', (t) => {
  const { tracker, sites } = tracking(t)
  const noop = () => {}
  const emitter = new EventEmitter({ captureRejections: true })
  emitter.on(Symbol('sign'), noop)
  assert.equal(sites('Symbol(sign)')[0].live, 1)

  const frozen = new EventEmitter()
  frozen.on('before', noop)
  Object.freeze(frozen)
  frozen.on('before', noop)
  assert.equal(sites('before').reduce((sum, { live }) => sum + live, 0), 2)

  const asked = []
  const proxy = new Proxy(new EventEmitter(), { get: (object, key) => (asked.push(key), object[key]) })
  proxy.on('proxied', noop)
  const before = asked.length
  const [site] = sites('proxied')
  assert.deepEqual([site.type, site.live], ['Proxy', 1])
  assert.equal(asked.length, before, 'the traps are the app’s')

  class Own extends EventEmitter {
    addListener(type, listener) {
      return super.on(`own ${type}`, listener)
    }
    on() {
      return this
    }
  }
  const own = new Own()
  own.on('nothing', noop)
  own.addListener('thing', noop)
  assert.deepEqual(sites('nothing'), [])
  assert.equal(sites('own thing')[0].live, 1)

  const heard = []
  const telling = new EventEmitter()
  telling.on('newListener', (event) => event !== 'newListener' && heard.push(event))
  telling.once('told', noop)
  assert.deepEqual(heard, ['told'])
  assert.equal(tracker.report().emitters.some(({ events }) => events['Symbol(sign)'] === 1), true)
})

test('what was there before is counted with its emitter', (t) => {
  const emitter = new EventEmitter()
  for (let nth = 0; nth < 5; nth++) emitter.on('early', () => {})
  const { tracker, sites } = tracking(t)
  emitter.on('late', () => {})
  assert.deepEqual(sites('early'), [])
  const [loaded] = tracker.report().emitters.filter(({ events }) => events.early)
  assert.deepEqual(loaded, { type: 'EventEmitter', listeners: 6, events: { early: 5, late: 1 } })
})

test('sampled: the first are exact, then the estimate is near', (t) => {
  const { sites } = tracking(t, { sample: 16 })
  const emitter = new EventEmitter().setMaxListeners(0)
  const add = () => emitter.on('many', () => {})
  for (let nth = 0; nth < 60; nth++) add()
  assert.deepEqual(sites('many').map(counts), [[60, 60, 0]])
  for (let nth = 60; nth < 20_000; nth++) add()
  const [site] = sites('many')
  // Some 1,250 samples: five standard deviations are a sixth of it.
  assert.ok(Math.abs(site.live - 20_000) < 3400, `${site.live}`)
  emitter.removeAllListeners()
  assert.equal(sites('many')[0].live, 0)
})

test('emitters that the app lets go of are collected, their listeners too, and count no more', async () => {
  const found = await program(`
    const { EventEmitter } = require('events')
    const tracker = leakguard.trackListeners({ sample: 1 })
    let collected = 0
    const registry = new FinalizationRegistry(() => collected++)
    const watched = (object) => (registry.register(object), object)
    function make() {
      for (let nth = 0; nth < 1000; nth++) {
        watched(new EventEmitter()).on('thing', watched(() => nth))
        const { signal } = watched(new AbortController())
        watched(signal).addEventListener('abort', watched(() => nth))
      }
    }
    make()
    const before = tracker.report().live
    const look = (turns) => {
      leakguard.gc()
      const { live, emitters } = tracker.report()
      if (turns > 0 && (collected < 5000 || live > 10)) return setTimeout(look, 20, turns - 1)
      console.log(JSON.stringify({ before, collected, live, emitters: emitters.length }))
    }
    setTimeout(look, 20, 500)`)
  assert.ok(found.before >= 2000)
  assert.ok(found.collected >= 5000, `${found.collected}`)
  assert.ok(found.live <= 10)
})

test('100,000 emitters and more: bounded', (t) => {
  const { tracker } = tracking(t)
  const emitters = []
  for (let nth = 0; nth < 102_000; nth++) emitters.push(new EventEmitter().on(`event ${nth % 40}`, () => {}))
  const { live, untracked, sites } = tracker.report({ top: 100 })
  assert.ok(live >= 99_000 && live <= 100_000, `${live}`)
  assert.ok(untracked >= 2000)
  assert.ok(sites.filter(({ file }) => file === __filename).length <= 20, 'events made up without end are few sites')
  assert.equal(emitters.length, 102_000)
})

test('the functions look the same, and come back with the last stop', () => {
  const look = () =>
    [EventEmitter.prototype, EventTarget.prototype].map((object) =>
      Reflect.ownKeys(object).map((key) => {
        const { value, ...flags } = Object.getOwnPropertyDescriptor(object, key)
        return [String(key), flags, typeof value === 'function' && [value.name, value.length, Reflect.ownKeys(value).map(String)]]
      }),
    )
  const { on } = EventEmitter.prototype
  const { addEventListener } = EventTarget.prototype
  const before = look()
  const first = leakguard.trackListeners()
  assert.notEqual(EventEmitter.prototype.on, on)
  assert.equal(EventEmitter.prototype.on, EventEmitter.prototype.addListener)
  const hooked = EventEmitter.prototype.on
  const second = leakguard.trackListeners({ sample: 1 })
  assert.equal(EventEmitter.prototype.on, hooked, 'one hook')
  assert.deepEqual(look(), before)
  first.stop()
  first.stop()
  assert.equal(EventEmitter.prototype.on, hooked)
  second.stop()
  assert.equal(EventEmitter.prototype.on, on)
  assert.equal(EventEmitter.prototype.addListener, on)
  assert.equal(EventTarget.prototype.addEventListener, addEventListener)
  assert.throws(() => EventEmitter.prototype.on.call(new EventEmitter(), 'x', 1), { code: 'ERR_INVALID_ARG_TYPE' })
})

test('exceptions, results and `this` are those of the original', (t) => {
  tracking(t)
  const emitter = new EventEmitter()
  assert.throws(() => emitter.on('x', 'no function'), { code: 'ERR_INVALID_ARG_TYPE' })
  assert.equal(emitter.on('x', () => {}), emitter)
  assert.throws(() => EventTarget.prototype.addEventListener.call({}, 'x', () => {}), TypeError)
  assert.throws(() => new EventTarget().addEventListener('x'), TypeError)
  assert.equal(new EventTarget().addEventListener('x', () => {}), undefined)
  // Each option is read as often as without a hook.
  const read = []
  const options = { get once() { return void read.push('once') }, get capture() { return void read.push('capture') }, get signal() { return void read.push('signal') }, get passive() { return void read.push('passive') } }
  new EventTarget().addEventListener('x', () => {}, options)
  assert.deepEqual([...new Set(read)].length, read.length)
})

test('another one’s wrapper: ours stays in it, silent after the stop and counting once after the next start', () => {
  const { on, addListener } = EventEmitter.prototype
  let tracker = leakguard.trackListeners({ sample: 1 })
  const ours = EventEmitter.prototype.on
  EventEmitter.prototype.on = function on(...given) {
    return Reflect.apply(ours, this, given)
  }
  const theirs = EventEmitter.prototype.on
  const emitter = new EventEmitter()
  try {
    emitter.on('wrapped', () => {})
    const added = () => tracker.report().sites.filter(({ event }) => event === 'wrapped').reduce((sum, site) => sum + site.added, 0)
    assert.equal(added(), 1)
    tracker.stop()
    assert.equal(EventEmitter.prototype.on, theirs)
    emitter.on('wrapped', () => {})
    assert.equal(added(), 1)
    tracker = leakguard.trackListeners({ sample: 1 })
    emitter.on('wrapped', () => {})
    assert.equal(added(), 1)
    assert.equal(emitter.listenerCount('wrapped'), 3)
  } finally {
    EventEmitter.prototype.on = ours
    tracker.stop()
  }
  assert.equal(EventEmitter.prototype.on, on)
  assert.equal(EventEmitter.prototype.addListener, addListener)
})

test('whatever the app has done to its stack traces, they stay and places are found', async (t) => {
  const { sites } = tracking(t)
  const { stackTraceLimit } = Error
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  let prepared = 0
  const mine = () => ++prepared
  try {
    Error.stackTraceLimit = 0
    Error.prepareStackTrace = mine
    new EventEmitter().on('limited', () => {})
    assert.equal(Error.stackTraceLimit, 0)
    assert.equal(Error.prepareStackTrace, mine)
    assert.equal(prepared, 0)
    delete Error.stackTraceLimit
    new EventEmitter().on('deleted', () => {})
    assert.equal(Object.hasOwn(Error, 'stackTraceLimit'), false)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    if (prepare) Object.defineProperty(Error, 'prepareStackTrace', prepare)
    else delete Error.prepareStackTrace
  }
  for (const event of ['limited', 'deleted']) assert.equal(sites(event).length, 1, event)
  const frozen = await program(
    `const { EventEmitter } = require('events')
    const tracker = leakguard.trackListeners({ sample: 1 })
    new EventEmitter().on('frozen', () => {})
    console.log(JSON.stringify(tracker.report().sites.filter(({ event }) => event === 'frozen').map(({ live }) => live)))`,
    { env: { ...process.env, NODE_OPTIONS: '--frozen-intrinsics --no-warnings' } },
  )
  assert.deepEqual(frozen, [1])
})

test('a site that keeps growing raises a suspicion, once, and the healthy one beside it none', async () => {
  const found = await program(`
    const { EventEmitter } = require('events')
    const tracker = leakguard.trackListeners({ interval: 20, sample: 1 })
    const bus = new EventEmitter().setMaxListeners(0)
    const heard = []
    tracker.on('suspicion', (suspicion) => heard.push(suspicion))
    function leaky() { bus.on('forgotten', () => {}) }
    function healthy() { const noop = () => {}; bus.on('cared for', noop); setTimeout(() => bus.off('cared for', noop), 30) }
    let turns = 0
    const timer = setInterval(() => {
      leaky(); healthy()
      if ((++turns < 300 || heard.length === 0) && turns < 3000) return
      clearInterval(timer)
      tracker.stop()
      console.log(JSON.stringify(heard))
    }, 5)`)
  assert.deepEqual(found.map(({ site }) => [site.event, site.function]), [['forgotten', 'leaky']])
  assert.equal(found[0].verdict.kind, 'resources')
  assert.equal(found[0].verdict.resource, 'listeners')
})

test('in a worker, and in a domain', async () => {
  const found = await program(`
    const { Worker } = require('worker_threads')
    const worker = new Worker(\`
      const leakguard = require('leakguard')
      const tracker = leakguard.trackListeners({ sample: 1 })
      const domain = require('domain').create()
      const emitter = new (require('events'))()
      domain.run(() => emitter.on('there', () => {}))
      domain.add(emitter)
      require('worker_threads').parentPort.postMessage(tracker.report().sites.filter(({ event }) => event === 'there').map(({ live }) => live))
      tracker.stop()
    \`, { eval: true })
    worker.on('message', (message) => console.log(JSON.stringify(message)))`)
  assert.deepEqual(found, [1])
})

test('options are checked by name', () => {
  assert.throws(() => leakguard.trackListeners({ sample: 0 }), { code: 'ERR_LEAKGUARD_OPTION', message: /"sample"/ })
  assert.throws(() => leakguard.trackListeners({ emitter: true }), { code: 'ERR_LEAKGUARD_OPTION', message: /"emitter"/ })
  const tracker = leakguard.trackListeners()
  assert.throws(() => tracker.report({ top: 'all' }), { code: 'ERR_LEAKGUARD_OPTION', message: /"top"/ })
  tracker.stop()
})

test('places are those of the source that was written', async (t) => {
  const folder = folderFor(t)
  const file = join(folder, 'bundle.js')
  // Line 3 of the bundle is line 11 of the source.
  const map = { version: 3, sources: ['bus.ts'], names: [], mappings: ';;AAUA' }
  fs.writeFileSync(`${file}.map`, JSON.stringify(map))
  fs.writeFileSync(file, `const leakguard = require(${JSON.stringify(root)})
const tracker = leakguard.trackListeners({ sample: 1 })
new (require('events'))().on('mapped', () => {})
console.log(JSON.stringify(tracker.report().sites.find(({ event }) => event === 'mapped')))
//# sourceMappingURL=bundle.js.map
`)
  const { code, stdout, stderr } = await node([file])
  assert.equal(code, 0, stderr)
  const site = JSON.parse(stdout)
  assert.deepEqual([site.file, site.line], [join(folder, 'bus.ts'), 11])
})

test('where the stack ends the app is told what it would be, and nothing of another class is', (t) => {
  class Deep extends EventEmitter {}
  class Other extends EventEmitter {}
  const tracker = leakguard.trackListeners({ sample: 1 })
  t.after(() => tracker.stop())
  const errors = new Set()
  /** Adds at each depth on the way back from the end of the stack, until that has succeeded some times. */
  const dive = (emitter) => {
    try {
      dive(emitter)
    } catch {
      // That was the end.
    }
    if (left === 0) return
    try {
      emitter.on('deep', () => left)
      left--
    } catch (error) {
      errors.add(error.constructor.name)
    }
  }
  let left
  for (let round = 0; round < 100; round++) {
    for (const emitter of [new Deep(), new Other()]) {
      left = 5
      dive(emitter.setMaxListeners(0))
      emitter.on(`after ${emitter.constructor.name}`, () => round)
    }
  }
  const after = tracker.report({ top: 1000 }).sites.filter(({ event }) => event.startsWith('after'))
  assert.deepEqual(after.map(({ event, type, added }) => [event, type, added]).sort(), [['after Deep', 'Deep', 100], ['after Other', 'Other', 100]])
  assert.deepEqual([...errors], ['RangeError'])
})
