'use strict'

// When the watchdog looks at the heap, and what it makes of looks that fail: on a clock of the test's own, with looks that it scripts.

const test = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const { join } = require('node:path')
const { performance } = require('node:perf_hooks')
const { validate } = require('../lib/options.js')
const { LISTENERS } = require('../lib/track/listeners.js')
const { Budget } = require('../lib/watch/budget.js')
const { Evidence } = require('../lib/watch/evidence.js')
const { Inquiry } = require('../lib/watch/inquiry.js')
const { Resources } = require('../lib/watch/resources.js')
const { textOfLeak } = require('../lib/watch/words.js')

const HOUR = 3600e3
/** Too soon to wait for another look. */
const soon = { time: 0, reachesLimitAt: 600e3 }

/** An inquiry whose looks answer `findings`, the last one for ever: `{ judge, looks, wait }`. */
function inquiryOf(t, findings, options) {
  let now = 1000
  let looks = 0
  let compared = 0
  t.mock.method(performance, 'now', () => now)
  t.mock.getter(Evidence.prototype, 'looks', () => compared)
  const budget = new Budget(options?.looksPerHour ?? 8)
  t.mock.getter(Evidence.prototype, 'budget', () => budget)
  t.mock.method(Evidence.prototype, 'forget', ({ last = false } = {}) => void (compared = last ? 1 : 0))
  t.mock.method(Evidence.prototype, 'look', async () => {
    budget.spend()
    const finding = findings[Math.min(looks++, findings.length - 1)]
    if (finding.missing === undefined) compared++
    return finding.growth ? { ...finding, growth: { ...finding.growth, looks: compared } } : finding
  })
  const inquiry = new Inquiry({ looksPerHour: 8, mode: 'twin', ...options })
  let collections = 0
  const judge = (verdict) => inquiry.judge({ state: verdict.leak ? 'confirmed' : 'suspicious', kind: 'heap', growthBytes: 1e6, bytesPerHour: 36e8, ...verdict }, (collections += 5))
  return { judge, looks: () => looks, compared: () => compared, wait: (ms) => (now += ms) }
}

const failed = { missing: 'the twin ended early', mayPass: true }
const refused = { missing: 'beforeCapture refused', mayPass: false }
const first = { evidence: 'snapshot', capture: {} }
const seen = (suspects, grown) => ({ evidence: 'snapshot', capture: {}, growth: { suspects, totalSizes: [1e7, 1e7 + grown] } })
const holder = { name: 'kept', fingerprint: 'kept', sizes: [0, 1e6], retainedDelta: 1e6, cause: 'cache' }

test('a look that fails is made again, later and later, and the heap is seen again when it succeeds', async (t) => {
  const { judge, looks, wait } = inquiryOf(t, [failed, failed, first, seen([holder], 1e6)])
  const look = async (ms) => (wait(ms), await judge({ leak: false }), looks())
  assert.equal(await look(0), 1)
  assert.equal(await look(4_000), 1, 'not at once')
  assert.equal(await look(2_000), 2)
  assert.equal(await look(6_000), 2, 'the second wait is longer')
  assert.equal(await look(5_000), 3)
  wait(60_000)
  assert.equal(await judge({ leak: true }), undefined, 'two looks do not tell a leak from a load')
  wait(60_000)
  const told = await judge({ leak: true })
  assert.deepEqual([told.confirmedBy, told.evidence, told.suspects], ['trend', 'snapshot', [holder]])
})

test('looks outlive a judgement that nothing grows, and are forgotten sixty collections after the last suspicion', async (t) => {
  const { judge, looks, compared, wait } = inquiryOf(t, [first, seen([holder], 1e6)])
  const quiet = { leak: false, state: 'quiet', kind: undefined, growthBytes: 0, bytesPerHour: 0 }
  await judge({ leak: false })
  await judge(quiet)
  wait(60_000)
  await judge({ leak: true })
  wait(60_000)
  const told = await judge({ leak: true })
  assert.deepEqual([told?.suspects, looks()], [[holder], 3], 'compared with the looks before')
  for (let more = 0; more < 12; more++) await judge(quiet)
  assert.notEqual(compared(), 0)
  await judge(quiet)
  assert.equal(compared(), 0)
})

test('the first growth of a process is looked at where looks are cheap, and told when it is suspected', async (t) => {
  const grown = [first, seen([{ ...holder, cause: 'listener' }], 1e6)]
  const hint = { leak: false, state: 'watching', kind: undefined }
  const { judge, looks, wait } = inquiryOf(t, grown)
  const judged = async (verdict) => (wait(10_000), judge(verdict))
  assert.deepEqual([await judged({ ...hint, growthBytes: 1e5 }), looks()], [undefined, 0], 'too little')
  for (const seen of [1, 2]) assert.deepEqual([await judged(hint), looks()], [undefined, seen])
  assert.deepEqual([await judged(hint), looks()], [undefined, 3])
  const told = await judged(hint)
  assert.deepEqual([told.confirmedBy, told.kind, told.suspects[0].cause, looks()], ['evidence', 'heap', 'listener', 4], 'at a fourth look')
  t.mock.restoreAll()
  const suspected = inquiryOf(t, grown)
  for (const verdict of [hint, hint, hint]) (suspected.wait(10_000), await suspected.judge(verdict))
  assert.equal((await suspected.judge({ leak: false })).confirmedBy, 'evidence', 'or when it is suspected')
  t.mock.restoreAll()
  const cache = inquiryOf(t, [first, seen([holder], 1e6)])
  for (const verdict of [hint, hint, hint, hint]) (cache.wait(10_000), await cache.judge(verdict))
  assert.equal(cache.looks(), 2, 'what may have a bound is looked at again when it is suspected')
  t.mock.restoreAll()
  const beside = inquiryOf(t, [first, seen([{ ...holder, cause: 'listener' }], 2e7)])
  for (const verdict of [hint, hint, hint, hint]) (beside.wait(10_000), await beside.judge(verdict))
  assert.equal(beside.looks(), 3, 'what is little beside a load is looked at a third time')
  t.mock.restoreAll()
  const dear = inquiryOf(t, grown, { walker: false })
  await dear.judge(hint)
  assert.equal(dear.looks(), 0)
})

test('what is proven while it is not suspected for a moment is told when it is again', async (t) => {
  const grown = seen([{ ...holder, cause: 'listener' }], 1e6)
  const { judge, wait } = inquiryOf(t, [first, grown])
  const judged = async (verdict) => (wait(60_000), judge(verdict))
  const calm = { leak: false, state: 'watching', kind: undefined }
  for (const verdict of [{ leak: false }, { leak: false }, calm]) assert.equal(await judged(verdict), undefined)
  assert.equal((await judged({ leak: false })).confirmedBy, 'evidence')
})

test('what has no bound and is little beside a load is looked at again when half as much time again has passed', async (t) => {
  const little = seen([{ ...holder, cause: 'listener' }], 2e7)
  const looked = [first, little, little, seen([{ ...holder, sizes: [0, 3e6], retainedDelta: 3e6, cause: 'listener' }], 2e7)]
  const { judge, looks, wait } = inquiryOf(t, looked)
  const judged = async (ms) => (wait(ms), judge({ leak: false }))
  for (let nth = 0; nth < 3; nth++) assert.equal(await judged(10_000), undefined)
  assert.deepEqual([await judged(5000), looks()], [undefined, 3], 'it is not that long')
  const told = await judged(5000)
  assert.deepEqual([told.confirmedBy, told.suspects[0].cause, looks()], ['evidence', 'listener', 4])
  t.mock.restoreAll()
  const gone = inquiryOf(t, [first, little, little, seen([{ ...holder, cause: 'listener' }], -5e6)])
  for (let nth = 0; nth < 8; nth++) (gone.wait(60_000), assert.equal(await gone.judge({ leak: false }), undefined, 'the load went, and it is as little'))
  t.mock.restoreAll()
  const cache = inquiryOf(t, [first, seen([holder], 2e7)])
  for (let nth = 0; nth < 8; nth++) (cache.wait(60_000), await cache.judge({ leak: false }))
  assert.equal(cache.looks(), 3, 'what may have a bound waits for the trend')
})

test('what names its holder by evidence says so, where it does not hold the buffers that are suspected', async (t) => {
  const grown = seen([{ ...holder, cause: 'listener', retainedDelta: 1e6 }], 2e6)
  const { judge, wait } = inquiryOf(t, [first, grown])
  const judged = async () => (wait(60_000), judge({ leak: false, kind: 'external' }))
  for (let nth = 0; nth < 2; nth++) assert.equal(await judged(), undefined)
  const { evidence, suspects } = await judged()
  assert.deepEqual([evidence, suspects.length], ['snapshot', 1])
})

test('what may pass is tried three times before a sure trend is told alone; what does not pass is told at once', async (t) => {
  const { judge, looks, wait } = inquiryOf(t, [failed])
  assert.equal(await judge({ leak: true }), undefined)
  assert.equal(await judge({ leak: true }), undefined, 'it waits for the next try')
  wait(5_000)
  assert.equal(await judge({ leak: true }), undefined)
  wait(10_000)
  assert.deepEqual(await judge({ leak: true }), { confirmedBy: 'trend', evidence: 'trend', suspects: [], missing: failed.missing })
  assert.equal(looks(), 3)
  t.mock.restoreAll()
  const other = inquiryOf(t, [refused])
  assert.equal((await other.judge({ leak: true })).missing, refused.missing)
})

test('tries that fail are in the budget', async (t) => {
  const { judge, looks, wait } = inquiryOf(t, [failed], { looksPerHour: 2 })
  for (let nth = 0; nth < 10; nth++) (wait(60_000), await judge({ leak: false }))
  assert.equal(looks(), 1, 'one is left for a trend that is sure')
  assert.match((await judge({ leak: true, ...soon })).missing, /ended early/)
  await judge({ leak: true, ...soon })
  assert.equal(looks(), 2)
})

test('hints and suspicions leave looks for a trend that is sure', async (t) => {
  const { judge, looks, wait } = inquiryOf(t, [first, seen([], 0)])
  const judged = async (verdict) => {
    for (let nth = 0; nth < 60; nth++) (wait(10_000), await judge(verdict))
    return looks()
  }
  assert.equal(await judged({ leak: false, state: 'watching', kind: undefined }), 4)
  assert.equal(await judged({ leak: false }), 6)
  assert.equal(await judged({ leak: true }), 8)
})

test('a sure trend waits for a look that only the budget keeps from it, where the process lives that long', async (t) => {
  const { judge, looks } = inquiryOf(t, [first], { looksPerHour: 1 })
  await judge({ leak: true })
  assert.equal(await judge({ leak: true }), undefined)
  assert.equal(await judge({ leak: true, time: 0, reachesLimitAt: 2 * HOUR }), undefined)
  assert.match((await judge({ leak: true, ...soon })).missing, /1 looks an hour are used up/)
  assert.equal(looks(), 1)
  t.mock.restoreAll()
  const none = inquiryOf(t, [first], { looksPerHour: 0 })
  assert.equal((await none.judge({ leak: true })).confirmedBy, 'trend', 'there is none to wait for')
})

test('what grows by leaps, with nothing between, is told after some looks', async (t) => {
  const leap = (nth) => seen([{ ...holder, sizes: [nth * 20e6, (nth + 2) * 20e6], retainedDelta: 40e6 }], 40e6)
  for (const still of [seen([], 0), seen([], 1e9)]) {
    const { judge, wait, looks } = inquiryOf(t, [first, ...Array.from({ length: 40 }, (_, nth) => (nth % 2 ? still : leap(nth)))])
    let told
    for (let hour = 1; hour <= 20 && told === undefined; hour++) (wait(HOUR), (told = await judge({ leak: true, growthBytes: hour * 20e6 })))
    assert.deepEqual([told?.confirmedBy, told?.suspects[0].name], ['trend', 'kept'], `${looks()} looks`)
    t.mock.restoreAll()
  }
})

test('what was found is told where a later look fails', async (t) => {
  const { judge, wait } = inquiryOf(t, [first, seen([holder], 1e6), seen([holder], 1e6), { missing: 'no room', unaffordable: true, mayPass: false }])
  t.mock.method(Evidence.prototype, 'count', async () => ({}))
  const over = []
  for (const leak of [false, false, true]) (wait(60_000), over.push(await judge({ leak })))
  assert.deepEqual(over, [undefined, undefined, undefined])
  wait(60_000)
  const { suspects, evidence, missing, looks } = await judge({ leak: true })
  assert.deepEqual([suspects, evidence, missing, looks], [[holder], 'snapshot', 'no room', 3])
})

test('what is proven by three looks is told where the trend is sure of something else', async (t) => {
  const listener = { ...holder, name: 'bus.on()', fingerprint: 'bus', cause: 'listener', retainedDelta: 0.3e6 }
  const filling = { ...holder, sizes: [0, 0.95e6, 1e6] }
  const { judge, wait } = inquiryOf(t, [first, seen([holder, listener], 1.3e6), seen([filling, listener], 1.3e6)])
  const over = []
  for (let nth = 0; nth < 3; nth++) (wait(60_000), over.push(await judge({ leak: true })))
  assert.deepEqual([over[1], over[2].confirmedBy, over[2].suspects[0].name], [undefined, 'evidence', 'bus.on()'])
})

test('a long suspicion does not delay what is sure by more than ten minutes', async (t) => {
  const { judge, wait } = inquiryOf(t, [first, seen([holder], 1e6)])
  const judged = async (ms, leak) => (wait(ms), judge({ leak }))
  for (let nth = 0; nth < 3; nth++) assert.equal(await judged(5 * HOUR, false), undefined)
  assert.equal(await judged(HOUR, true), undefined)
  assert.equal(await judged(HOUR / 12, true), undefined)
  assert.equal((await judged(HOUR / 12, true)).confirmedBy, 'trend')
})

test('a budget is of an hour, and leaves a rest where there is more than one', (t) => {
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const budget = new Budget(4)
  const spent = []
  for (const rest of [0.5, 0.5, 0.5, 0.25, 0.25, 0, 0]) {
    if (budget.has(rest)) (budget.spend(), spent.push(rest))
    now += 60_000
  }
  assert.deepEqual(spent, [0.5, 0.5, 0.25, 0])
  assert.equal(budget.pauseMs, HOUR - 7 * 60_000)
  now = HOUR
  assert.deepEqual([budget.pauseMs, budget.has(), budget.has(0.25)], [0, true, false])
  const [none, one, two] = [0, 1, 2].map((most) => new Budget(most))
  assert.deepEqual([none.has(), none.pauseMs], [false, Infinity])
  assert.deepEqual([one.has(0.5), one.pauseMs], [true, 0])
  two.spend()
  assert.deepEqual([two.has(0.25), two.has()], [false, true])
})

test('what the heap said no to is not asked of it every few collections', async (t) => {
  const { judge, looks, wait } = inquiryOf(t, [first, seen([], 0)])
  await judge({ leak: true })
  wait(10_000)
  assert.equal(await judge({ leak: true }), undefined, 'vetoed')
  assert.equal(looks(), 2)
  for (let nth = 0; nth < 5; nth++) (wait(1000), assert.equal(await judge({ leak: true }), undefined))
  assert.equal(looks(), 2, '25 collections later')
  await judge({ leak: true })
  assert.equal(looks(), 3)
})

test('a sure trend is told by looks that are far enough apart to show what it says', async (t) => {
  const { judge, looks, wait } = inquiryOf(t, [first, seen([], 1e6)])
  const judged = (bytesPerHour) => judge({ leak: true, bytesPerHour })
  assert.equal(await judged(36e7), undefined, 'a first look')
  wait(3000) // 300 kB by the trend
  assert.equal(await judged(36e7), undefined)
  assert.equal(looks(), 1, 'by so little no holder shows')
  wait(3000)
  assert.equal((await judged(36e7)).confirmedBy, 'trend')
  const slow = inquiryOf(t, [first, seen([], 1e6)])
  await slow.judge({ leak: true, bytesPerHour: 1e6 })
  slow.wait(59_000)
  await slow.judge({ leak: true, bytesPerHour: 1e6 })
  assert.equal(slow.looks(), 1)
  slow.wait(1000)
  assert.equal((await slow.judge({ leak: true, bytesPerHour: 1e6 })).confirmedBy, 'trend', 'a slow one after a minute')
})

test('where the last looks show nothing that grew at each, the looks before name it', async (t) => {
  const { judge, wait, looks } = inquiryOf(t, [first, seen([holder], 1e6), seen([], 1e9)])
  const judged = async (leak) => (wait(60_000), judge({ leak }))
  assert.deepEqual([await judged(false), await judged(false)], [undefined, undefined])
  assert.deepEqual([await judged(true), looks()], [undefined, 3], 'one look says too little')
  const told = await judged(true)
  assert.deepEqual([told.confirmedBy, told.evidence, told.suspects], ['trend', 'snapshot', [holder]])
})

test('of two that grew between two looks a third look says which it was, where there is time for it', async (t) => {
  const load = { ...holder, name: 'requests', retainedDelta: 2e6, cause: 'array' }
  const looks = [first, seen([load, holder], 3e6), seen([holder], 1e6)]
  const told = async (more) => {
    const { judge, wait } = inquiryOf(t, looks)
    const judged = () => (wait(60_000), judge({ leak: true, time: 0, ...more }))
    assert.equal(await judged(), undefined, 'a first look')
    return (await judged()) ?? judged()
  }
  assert.deepEqual((await told()).suspects, [holder])
  t.mock.restoreAll()
  assert.deepEqual((await told({ reachesLimitAt: 30_000 })).suspects, [load, holder], 'the end is near')
})

test('what grew at earlier looks as well is told before what came with a load', async (t) => {
  const load = { ...holder, name: 'requests', fingerprint: 'requests', sizes: [0, 4e6], retainedDelta: 4e6 }
  for (const [retainedDelta, names] of [[1e6, ['kept', 'requests']], [0.1e6, ['requests', 'kept']]]) {
    const kept = { ...holder, sizes: [0, retainedDelta], retainedDelta }
    const { judge, wait } = inquiryOf(t, [first, seen([kept], 1e6), seen([load, kept], 5e6)])
    for (let nth = 0; nth < 2; nth++) (wait(60_000), assert.equal(await judge({ leak: false }), undefined))
    wait(60_000)
    const { suspects } = await judge({ leak: true, time: 0, reachesLimitAt: 30_000 })
    assert.deepEqual(suspects.map(({ name }) => name), names)
    t.mock.restoreAll()
  }
})

test('what has no bound leaks, beside a holder that may have one and grew as much', async (t) => {
  const listener = { ...holder, name: 'bus.on()', retainedDelta: 0.6e6, cause: 'listener' }
  const grown = seen([holder, listener], 1.6e6)
  const looks = [first, grown]
  for (const leak of [false, true]) {
    const { judge, wait } = inquiryOf(t, looks)
    const judged = () => (wait(60_000), judge({ leak }))
    for (let nth = 0; nth < 2; nth++) assert.equal(await judged(), undefined)
    const told = await judged()
    assert.deepEqual([told.confirmedBy, told.suspects], [leak ? 'trend' : 'evidence', [listener, holder]])
    t.mock.restoreAll()
  }
})

test('a holder that was as large before and shrank since comes and goes with the load, until it is larger than it ever was', async (t) => {
  const grown = (sizes) => seen([{ ...holder, sizes, retainedDelta: sizes.at(-1) - sizes[0] }], 1e6)
  const { judge, wait, looks } = inquiryOf(t, [first, grown([4e6, 5e6]), seen([], 0), grown([3e6, 4e6]), grown([3e6, 8e6])])
  const judged = async (verdict) => (wait(60_000), judge(verdict))
  for (let nth = 0; nth < 3; nth++) assert.equal(await judged({ leak: false }), undefined)
  assert.equal(await judged({ leak: true }), undefined, 'it was as large before')
  assert.equal(await judged({ leak: true }), undefined)
  assert.equal(looks(), 4, 'and is not asked about at once')
  assert.equal((await judged({ leak: true, growthBytes: 2e6 })).confirmedBy, 'trend')
  assert.equal(looks(), 5)
  t.mock.restoreAll()
  const last = inquiryOf(t, [first, grown([4e6, 5e6]), seen([], 0), grown([3e6, 4e6])])
  for (let nth = 0; nth < 3; nth++) (last.wait(60_000), await last.judge({ leak: false }))
  last.wait(60_000)
  assert.equal((await last.judge({ leak: true, time: 0, reachesLimitAt: 30_000 })).confirmedBy, 'trend', 'the end is near')
})

test('by three looks or more a holder has to have gone on growing as it did, over a fair part of the time', async (t) => {
  const grown = (...sizes) => seen([{ ...holder, sizes, retainedDelta: sizes.at(-1) - sizes[0] }], 1e6)
  const { judge, wait, looks } = inquiryOf(t, [first, grown(0, 3e6), grown(0, 3e6, 3.1e6), grown(3e6, 3.1e6, 4e6)])
  const judged = async (ms, verdict) => (wait(ms), judge(verdict))
  for (let nth = 0; nth < 2; nth++) assert.equal(await judged(60_000, { leak: false }), undefined)
  assert.equal(await judged(10_000, { leak: true }), undefined)
  assert.equal(looks(), 2, 'ten of seventy seconds say too little')
  assert.equal(await judged(10_000, { leak: true }), undefined, 'it grew by a tenth of what it should have')
  assert.equal(looks(), 3)
  assert.equal((await judged(60_000, { leak: true })).confirmedBy, 'trend')
  t.mock.restoreAll()
  const steady = inquiryOf(t, [first, grown(0, 3e6), grown(0, 3e6, 6e6), grown(0, 3e6, 6e6, 9e6)])
  const over = []
  for (const leak of [false, false, true, true]) (steady.wait(60_000), over.push((await steady.judge({ leak }))?.confirmedBy))
  assert.deepEqual(over, [undefined, undefined, undefined, 'trend'], 'and the trend is sure at two looks')
  t.mock.restoreAll()
  const passing = inquiryOf(t, [first, grown(0, 3e6), grown(0, 3e6, 6e6), grown(0, 3e6, 6e6, 9e6)])
  for (const leak of [false, true, false]) (passing.wait(60_000), assert.equal(await passing.judge({ leak }), undefined))
  passing.wait(60_000)
  assert.equal((await passing.judge({ leak: true })).confirmedBy, 'trend', 'which need not be one after the other')
  t.mock.restoreAll()
  const last = inquiryOf(t, [first, grown(0, 3e6), grown(0, 3e6, 3.1e6)])
  for (let nth = 0; nth < 2; nth++) (last.wait(60_000), await last.judge({ leak: false }))
  last.wait(10_000)
  assert.equal((await last.judge({ leak: true, time: 0, reachesLimitAt: 30_000 })).confirmedBy, 'trend', 'the end is near')
  t.mock.restoreAll()
  const unbounded = inquiryOf(t, [first, grown(0, 3e6), seen([{ ...holder, cause: 'listener', sizes: [0, 3e6, 3.1e6] }], 1e6)])
  for (let nth = 0; nth < 2; nth++) (unbounded.wait(60_000), await unbounded.judge({ leak: false }))
  unbounded.wait(20_000)
  assert.equal((await unbounded.judge({ leak: true })).confirmedBy, 'trend', 'what has no bound')
})

test('what names its bound is told when twice as much has come', async (t) => {
  const { judge, wait } = inquiryOf(t, [first, seen([{ ...holder, bound: 'max' }], 1e6)])
  const judged = async (growthBytes) => (wait(60_000), judge({ leak: true, growthBytes }))
  assert.equal(await judged(1e6), undefined, 'a first look')
  assert.equal(await judged(1e6), undefined, 'it may be filling up')
  assert.equal(await judged(1.9e6), undefined)
  const told = await judged(2e6)
  assert.deepEqual([told.confirmedBy, told.suspects[0].bound], ['trend', 'max'])
})

test('where no look can be afforded objects are counted, at the suspicion and again, and the event says what it is known by', async (t) => {
  const reason = 'the capture needs about 900 MB, and the cgroup leaves 100 MB'
  const { judge, wait } = inquiryOf(t, [{ missing: reason, unaffordable: true, mayPass: false }])
  let counts = 0
  t.mock.method(Evidence.prototype, 'count', async () => ({ evidence: 'light-census', classes: [{ name: 'Session', count: ++counts }], counted: `count ${counts}` }))
  assert.equal(await judge({ leak: false }), undefined)
  assert.equal(counts, 1, 'at the suspicion')
  assert.equal(await judge({ leak: false }), undefined)
  assert.equal(counts, 1, 'not at each judgement')
  wait(6_000)
  await judge({ leak: false })
  assert.equal(counts, 2)
  const told = await judge({ leak: true })
  assert.deepEqual([told.evidence, told.classes, told.missing], ['light-census', [{ name: 'Session', count: 3 }], reason])
  const verdict = { kind: 'heap', growthBytes: 1e6, bytesPerHour: 1e6, reason: 'It grew.' }
  assert.match(textOfLeak({ ...verdict, ...told }), /Evidence: the trend, and objects counted by constructor: count 3; the heap was not looked at \(the capture needs about 900 MB, .*\)\.$/)
})

test('the text says what a leak is known by', () => {
  const words = (found) => textOfLeak({ kind: 'heap', growthBytes: 1e6, bytesPerHour: 1e6, reason: 'It grew', confirmedBy: 'trend', suspects: [], ...found }).replace(/^.*Evidence: /, '')
  assert.equal(words({ evidence: 'walker', looks: 3 }), '3 looks at the heap, which was walked.')
  assert.equal(words({ evidence: 'snapshot', looks: 2 }), "2 looks at the heap, by snapshots of V8's.")
  assert.equal(words({ evidence: 'trend', looks: 2 }), 'the trend alone; no holder grew between 2 looks at the heap.')
  assert.equal(words({ evidence: 'trend', missing: 'beforeCapture refused' }), 'the trend alone; the heap was not looked at (beforeCapture refused).')
  assert.equal(words({ evidence: 'sites', allocations: [{}] }), 'the trend, and samples of what is allocated and stays; the heap was not looked at.')
  assert.equal(words({ evidence: 'sites', kind: 'resources', resource: 'timers', growthCount: 9 }), 'the places that add them; the heap was not looked at.')
})

test('native memory is named after nothing in the heap, and buffers only after what holds them', async (t) => {
  const { judge, looks, wait } = inquiryOf(t, [first, seen([holder, { ...holder, name: 'buffers', sizes: [0, 8e6], retainedDelta: 8e6 }], 9e6)])
  const told = await judge({ leak: true, kind: 'native' })
  assert.deepEqual([told.confirmedBy, told.evidence, told.suspects], ['trend', 'trend', []])
  assert.match(told.missing, /native code/)
  assert.equal(looks(), 0)
  await judge({ leak: true, kind: 'external' })
  assert.equal(await judge({ leak: false, kind: 'native' }), undefined, 'no more than a suspicion')
  wait(10_000) // 10 MB by the trend
  assert.equal(await judge({ leak: true, kind: 'external' }), undefined)
  wait(10_000)
  const { suspects, evidence } = await judge({ leak: true, kind: 'external' })
  assert.deepEqual([evidence, suspects.map(({ name }) => name)], ['snapshot', ['buffers']])
})

test('a place that was told is recovered as soon as half of what it added is gone', () => {
  const emitter = new EventEmitter().setMaxListeners(0)
  const resources = new Resources({ listeners: validate({ sample: 1 }, LISTENERS) }, { sensitivity: 'high' })
  try {
    let told
    for (let time = 1; time < 200 && told === undefined; time++) {
      for (let nth = 0; nth < 3; nth++) emitter.on('message', () => time)
      resources.read(time * 10_000)
      told = resources.growing().find(({ leak }) => leak)
    }
    assert.ok(told, 'it was told')
    resources.accused(told.fingerprint)
    assert.deepEqual(resources.recovered(), [])
    emitter.removeAllListeners('message')
    resources.read(1e7)
    const [{ fingerprint, resource, live, sites }, ...more] = resources.recovered()
    assert.deepEqual([fingerprint, resource, live, more], [told.fingerprint, 'listeners', 0, []])
    assert.match(sites[0].file, /inquiry\.test\.js$/)
    assert.deepEqual(resources.recovered(), [], 'once')
  } finally {
    resources.stop()
  }
})

test('a snapshot that could not be kept is told as that, and not as why the heap was not looked at', async () => {
  const kept = await new Evidence({ snapshotDir: join(__filename, 'under a file'), keep: 1, looksPerHour: 1, mode: 'twin' }).keep()
  assert.deepEqual(Object.keys(kept), ['unkept'])
  assert.match(kept.unkept, /ENOTDIR/)
  const leak = { kind: 'heap', growthBytes: 1e6, bytesPerHour: 1e9, reason: 'it grew', evidence: 'trend', suspects: [] }
  assert.match(textOfLeak({ ...leak, missing: '8 looks an hour are used up', ...kept }), /the heap was not looked at \(8 looks an hour are used up\)\. No snapshot was kept \(.*ENOTDIR/)
  assert.doesNotMatch(textOfLeak({ ...leak, looks: 3, ...kept }), /not looked at/)
})
