'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const timers = require('node:timers')
const promises = require('node:timers/promises')
const { promisify } = require('node:util')
const leakguard = require('leakguard')
const { node, program } = require('./support/child.js')

function tracking(t, options) {
  const tracker = leakguard.trackTimers({ sample: 1, ...options })
  t.after(() => tracker.stop())
  return { tracker, sites: (delay) => tracker.report().sites.filter((site) => site.delay === delay && site.file === __filename) }
}
const counts = ({ live, added, removed }) => [live, added, removed]
const line = (mark) => require('node:fs').readFileSync(__filename, 'utf8').split('\n').findIndex((text) => text.includes(`// ${mark}`)) + 1
const noop = () => {}
/** Waits by a timer that is none of the counted. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a delay that is a text is a kind of its own, however many immediates there are', async (t) => {
  const tracker = leakguard.trackTimers()
  t.after(() => tracker.stop())
  const kept = []
  for (let nth = 0; nth < 40_000; nth++) {
    setImmediate(() => {})
    if (nth % 1000 === 0) kept.push(setInterval(() => {}, '60000').unref())
    if (nth % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const site = tracker.report().sites.find(({ type, file }) => type === 'setInterval' && file === __filename)
  for (const timer of kept) clearInterval(timer)
  assert.deepEqual([site.live, site.delay], [40, 60_000])
})

test('a timer is counted where it was set: function, file, line, delay, repeat', (t) => {
  const { sites } = tracking(t)
  const kept = []
  function poll() {
    kept.push(setInterval(noop, 71_000)) // place of poll
  }
  for (let nth = 0; nth < 5; nth++) poll()
  const [site, ...others] = sites(71_000)
  assert.deepEqual(others, [])
  assert.deepEqual(
    { function: site.function, line: site.line, type: site.type, repeat: site.repeat, live: site.live, growth: site.growth },
    { function: 'poll', line: line('place of poll'), type: 'setInterval', repeat: true, live: 5, growth: 5 },
  )
  for (const timer of kept) clearInterval(timer)
  assert.deepEqual(sites(71_000).map((site) => [site.live, site.cleared, site.fired]), [[0, 5, 0]])
})

test('all ways to end', async (t) => {
  const { sites } = tracking(t)
  const ways = {
    70_001: (timer) => clearTimeout(timer),
    70_002: (timer) => clearInterval(timer),
    70_003: (timer) => clearTimeout(+timer),
    70_004: (timer) => clearTimeout(String(+timer)),
    70_005: (timer) => timer.close(),
    70_006: (timer) => timer[Symbol.dispose ?? Symbol()]?.() ?? clearTimeout(timer),
    70_007: (timer) => timers.clearTimeout(timer),
  }
  for (const [delay, way] of Object.entries(ways)) {
    const timer = setTimeout(noop, Number(delay))
    assert.deepEqual(sites(Number(delay)).map(counts), [[1, 1, 0]], delay)
    way(timer)
    assert.deepEqual(sites(Number(delay)).map((site) => [...counts(site), site.cleared]), [[0, 1, 1, 1]], delay)
  }
  const fired = setTimeout(noop, 3)
  assert.equal(sites(3)[0].live, 1)
  while (!fired._destroyed) await turn()
  assert.deepEqual(sites(3).map((site) => [site.live, site.fired]), [[0, 1]])
  // Set again, it is there again.
  const again = setTimeout(noop, 70_008)
  assert.equal(again.refresh(), again)
  assert.equal(sites(70_008)[0].live, 1)
  clearTimeout(again)
})

test('node:timers, promises, promisified ones and immediates', async (t) => {
  const { tracker, sites } = tracking(t)
  assert.equal(timers.setTimeout, setTimeout)
  assert.equal(promisify(setTimeout), promises.setTimeout)
  assert.equal(promisify(setImmediate), promises.setImmediate)
  const controller = new AbortController()
  const waiting = promises.setTimeout(72_000, 'late', { signal: controller.signal })
  const other = promisify(timers.setTimeout)(72_001, 'late', { signal: controller.signal })
  assert.deepEqual([...sites(72_000), ...sites(72_001)].map(({ live }) => live), [1, 1])
  controller.abort()
  await assert.rejects(waiting, { name: 'AbortError' })
  await assert.rejects(other, { name: 'AbortError' })
  assert.deepEqual([...sites(72_000), ...sites(72_001)].map(({ live }) => live), [0, 0])
  assert.equal(await promises.setTimeout(2, 'value'), 'value')
  assert.equal(await promises.setImmediate('value'), 'value')
  let ticks = 0
  for await (const value of promises.setInterval(2, 'tick')) if (value === 'tick' && ++ticks === 3) break
  assert.equal(ticks, 3)
  await new Promise((resolve) => setImmediate((a, b) => resolve([a, b]), 1, 2)).then((given) => assert.deepEqual(given, [1, 2]))
  const immediates = tracker.report().sites.filter((site) => site.type === 'setImmediate' && site.file === __filename)
  assert.ok(immediates.length >= 2 && immediates.every(({ live, delay }) => live === 0 && delay === undefined))
})

test('timers behave to the letter', async (t) => {
  const look = () => ['setTimeout', 'setInterval', 'setImmediate'].flatMap((name) =>
    [globalThis, timers, promises].map((object) => {
      const { value, ...flags } = Object.getOwnPropertyDescriptor(object, name)
      const own = Reflect.ownKeys(value).map((key) => [String(key), Object.keys(Object.getOwnPropertyDescriptor(value, key))])
      return [flags, value.name, value.length, own]
    }),
  )
  const before = look()
  const originals = [setTimeout, setInterval, setImmediate, promises.setTimeout, clearTimeout]
  const { tracker } = tracking(t)
  assert.deepEqual(look(), before)
  assert.throws(() => setTimeout('no function'), { code: 'ERR_INVALID_ARG_TYPE' })
  assert.equal(await new Promise((resolve) => setTimeout((...given) => resolve(given.join()), 1, 'a', 'b')), 'a,b')
  // Each reading of a delay is Node's: once.
  let read = 0
  clearTimeout(setTimeout(noop, { valueOf: () => (read++, 50_000) }))
  const times = read
  tracker.stop()
  read = 0
  clearTimeout(setTimeout(noop, { valueOf: () => (read++, 50_000) }))
  assert.equal(times, read)
  assert.deepEqual([setTimeout, setInterval, setImmediate, promises.setTimeout, clearTimeout], originals)
  const timer = setTimeout(noop, 50_000)
  assert.equal(timer.hasRef(), true)
  assert.equal(timer.unref().hasRef(), false)
  clearTimeout(timer)
})

test('mock timers of node:test, and others like them, on and off while tracking', (t) => {
  const { sites, tracker } = tracking(t)
  const hooked = setTimeout
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  let fired = 0
  setTimeout(() => fired++, 73_000)
  t.mock.timers.tick(73_000)
  assert.equal(fired, 1)
  assert.deepEqual(sites(73_000), [])
  t.mock.timers.reset()
  assert.equal(setTimeout, hooked)
  const kept = setTimeout(noop, 73_001)
  assert.equal(sites(73_001)[0].live, 1)
  clearTimeout(kept)

  // Begun and ended while they are on, the real ones come back untouched.
  tracker.stop()
  const real = globalThis.setTimeout
  const fake = Object.defineProperty(() => ({ id: 1 }), 'name', { value: 'fake' })
  globalThis.setTimeout = fake
  const second = leakguard.trackTimers({ sample: 1 })
  assert.deepEqual(setTimeout(noop, 73_002), { id: 1 })
  globalThis.setTimeout = real
  second.stop()
  assert.equal(globalThis.setTimeout, real)
  const third = leakguard.trackTimers({ sample: 1 })
  clearTimeout(setTimeout(noop, 73_003))
  assert.equal(third.report().sites.filter(({ delay }) => delay === 73_003).length, 1)
  third.stop()
  assert.equal(globalThis.setTimeout, real)
})

test('modules that import them by name are counted too', async () => {
  const source = `
    import { setTimeout as set, clearTimeout } from 'node:timers'
    import { setTimeout as wait } from 'node:timers/promises'
    import leakguard from 'leakguard'
    const tracker = leakguard.trackTimers({ sample: 1 })
    const timer = set(() => {}, 74_000)
    await wait(5)
    console.log(JSON.stringify(tracker.report().sites.map(({ file, delay, live }) => [file.startsWith('file:'), delay, live])))
    tracker.stop()
    clearTimeout(timer)`
  const { code, stdout, stderr } = await node(['--input-type=module', '-e', source])
  assert.equal(code, 0, stderr)
  assert.deepEqual(JSON.parse(stdout).map(([, delay, live]) => [delay, live]), [[74_000, 1], [5, 0]])
})

test('what a timer held is collected after it has fired, was cleared, and its tracker keeps no process', async () => {
  const found = await program(`
    const tracker = leakguard.trackTimers({ sample: 1 })
    let collected = 0
    const registry = new FinalizationRegistry(() => collected++)
    for (let nth = 0; nth < 1000; nth++) {
      const callback = () => nth
      registry.register(callback)
      const timer = setTimeout(callback, nth % 2 ? 60_000 : 1)
      registry.register(timer)
      if (nth % 2) clearTimeout(timer)
    }
    const look = (turns) => {
      leakguard.gc()
      if (turns > 0 && collected < 1990) return setTimeout(look, 20, turns - 1)
      console.log(JSON.stringify({ collected, live: tracker.report().live }))
    }
    setTimeout(look, 20, 500)`)
  assert.ok(found.collected >= 1990, `${found.collected}`)
  assert.ok(found.live <= 2)
})

test('frozen intrinsics: nothing throws', async () => {
  const found = await program(
    `const tracker = leakguard.trackTimers({ sample: 1 })
    const timer = setTimeout(() => {}, 75_000)
    const { live } = tracker.report()
    tracker.stop()
    clearTimeout(timer)
    console.log(live)`,
    { env: { ...process.env, NODE_OPTIONS: '--frozen-intrinsics --no-warnings' } },
  )
  assert.equal(found, 1)
})
