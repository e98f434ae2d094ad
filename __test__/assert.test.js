'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { capabilities } = require('leakguard')
const { classesThatGrew } = require('../lib/assert/evidence.js')
const { judge } = require('../lib/assert/judge.js')
const { node } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

const { walker, reasons } = capabilities()

/** Runs a program in which `assert` is `leakguard/assert` and `keep` an array; what it prints as JSON is the answer. */
async function verdict(source, before = '') {
  const program = `${before}; const lg = require('leakguard/assert'); const keep = []; let n = 0;
    const say = (error) => console.log(JSON.stringify(error ? { code: error.code, message: error.message, iteration: error.iteration, cause: String(error.cause), twins: error.twins } : {}));
    (async () => { ${source} })().then(() => say(), say)`
  const { stdout, stderr, code } = await node(['-e', program])
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

const ofHeap = { tolerance: 0, grain: 4, most: 32_768 }

/** The judgement of a heap that starts somewhere and has these batches of `calls` calls. */
function judged(deltas, calls = 1000, options = ofHeap) {
  let level = 1e7
  const values = Float64Array.from([0, ...deltas].map((delta) => (level += delta)))
  return judge(Float64Array.from(values, () => calls), values, values.length, options).state
}

test('readings: stillness clears, steady growth does not, steps of the engine are told from both', () => {
  assert.equal(judged([0, 0]), 'clear')
  assert.equal(judged([-250_000, 0, 0]), 'clear')
  assert.equal(judged([16_000, 16_000, 16_000, 16_000]), 'rising')
  assert.equal(judged([5600, -9832, 5600, 5600, 5600, 5600]), 'rising')
  assert.equal(judged([9800, -9736, 392, 9896, -9832, 312, 10_808, -9832]), 'clear')
  assert.notEqual(judged([5600, 5600 - 11_000, 5600 - 9000]), 'clear') // growth behind two steps down
  assert.equal(judged([1600, 1600], 1000, { ...ofHeap, tolerance: 2 }), 'clear')
})

test('readings: what the engine notes of code that it compiles is no growth, and hides none', () => {
  const compiled = (deltas, slack) => judged(deltas, 1000, { ...ofHeap, slack: Float64Array.of(0, ...slack) })
  const steps = [2000, 1900, -1500]
  assert.notEqual(judged(steps), 'clear')
  assert.equal(compiled(steps, [2400, 2400, -2400]), 'clear')
  assert.notEqual(compiled(steps, [-2400, -2400, 2400]), 'clear', 'the other way')
  assert.notEqual(compiled([8000, 8000, 8000], [9000, 9000, 9000]), 'clear', 'too much, all together')
})

test('readings: a table that doubles when it is full is not cleared while it stands still', () => {
  assert.notEqual(judged([0, 16_384, 0, 0]), 'clear')
  assert.notEqual(judged([0, 16_384, 0, 0, 32_768, 0, 0, 0]), 'clear')
  assert.equal(judged([8000, 8000, 0, 0, 0, 0, 0]), 'clear') // a cache that is full
})

test('readings: less than half a byte a call is the engine, more is growth', () => {
  assert.equal(judged([400, 120, 300]), 'clear')
  assert.equal(judged([600, 600, 600, 600, 600]), 'rising')
})

test('evidence: a class grows in step with the calls, or its table does; the table of a WeakMap is as large as what came since a collection', () => {
  const calls = [10_000, 20_000]
  const told = (counts, sizes, name = 'Session') => {
    const tables = counts.map((count, at) => new Map([[name, { name, count, shallowSize: sizes[at] }]]))
    return classesThatGrew(tables, calls, { tolerance: { bytes: 0, objects: 0 } }).map(({ name }) => name)
  }
  assert.deepEqual(told([5, 10_005, 30_005], [400, 800_000, 2_400_000]), ['Session'])
  assert.deepEqual(told([5, 1005, 1005], [400, 80_000, 80_000]), []) // a cache that is full
  assert.deepEqual(told([5, 300, 600], [400, 24_000, 48_000]), []) // less than every twentieth call
  assert.deepEqual(told([1, 1, 1], [80_000, 80_000, 200_000], 'Map'), ['Map'])
  assert.deepEqual(told([1, 1, 1], [80_000, 200_000, 160_000], 'Map'), [])
  assert.deepEqual(told([1, 1, 1], [80_000, 80_000, 200_000], 'WeakMap'), [])
  assert.deepEqual(told([1, 1, 1], [80_000, 80_000, 200_000], '(compiled code)'), [])
})

test('a call that throws while the heap is looked at ends the looks', async () => {
  const watched = `
    const looks = require('./lib/growth/look.js'), { captured } = looks
    let begun = 0
    looks.captured = (task, options) => captured(task, { ...options, begun: () => { begun++; options.begun() } })`
  const { code, iteration, cause, twins } = await verdict(
    `const call = () => { keep.push({ n }); if (begun > 0) throw new Error('enough'); n++ }
    const error = await lg.assertNoLeak(call, { iterations: 50 }).then(() => undefined, (error) => error)
    const children = require('fs').readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8')
    throw Object.assign(error, { twins: children.trim() })`,
    watched,
  )
  assert.equal(code, 'ERR_LEAKGUARD_CALL')
  assert.match(cause, /enough/)
  assert.ok(iteration > 200, String(iteration))
  if (process.platform === 'linux') assert.equal(twins, '')
})

test('where there is no room for several looks at once they are made one by one', async () => {
  const crowded = `
    const looks = require('./lib/growth/look.js'), { captured } = looks
    const { LeakguardError } = require('./lib/errors.js')
    let living = 0, refused = 0
    looks.captured = async (task, options) => {
      if (living > 0 && ++refused) throw new LeakguardError('ERR_LEAKGUARD_HEADROOM', 'no room')
      living++
      return captured(task, options).finally(() => new Promise((resolve) => setTimeout(resolve, 1500))).finally(() => living--)
    }`
  const { code, message, twins } = await verdict(
    `const error = await lg.assertNoLeak(() => keep.push({ n: n++ })).then(() => undefined, (error) => error)
     throw Object.assign(error, { twins: refused })`,
    crowded,
  )
  assert.equal(code, 'ERR_LEAKGUARD_LEAK')
  assert.match(message, /keep/)
  if (process.platform === 'linux') assert.ok(twins > 0, 'some were refused')
})

test('a reading takes one collection where a thorough one takes two, and both find what is garbage', async () => {
  const { stdout, stderr } = await node(['-e', `
    const { native } = require('./lib/native.js')
    const { gc, gcOnce } = require('./lib/gc/collect.js')
    const feed = new (native().GcFeed)(0)
    const markCompacts = () => feed.totals().find(({ kind }) => kind === 4).count
    const gone = (ref) => ref.deref() === undefined
    ;(async () => {
      for (const collect of [gc, gcOnce]) {
        let count = 0, left = 0
        for (let round = 0; round < 5; round++) {
          const refs = Array.from({ length: 100 }, (_, n) => new WeakRef({ n }))
          await new Promise(setImmediate)
          const before = markCompacts()
          collect()
          count += markCompacts() - before
          left += refs.filter((ref) => !gone(ref)).length
        }
        console.log(count, left)
      }
    })()`])
  assert.equal(stderr, '')
  const [thorough, once] = stdout.trim().split('\n').map((line) => line.split(' ').map(Number))
  assert.ok(once[0] < thorough[0], `${once[0]} collections, thoroughly ${thorough[0]}`)
  assert.deepEqual([thorough[1], once[1]], [0, 0])
})

test('a call that fails, rejects, or never settles says which call it was', async () => {
  assert.deepEqual(await verdict(`await lg.assertNoLeak(function third() { if (++n === 3) throw new TypeError('no') })`), {
    code: 'ERR_LEAKGUARD_CALL',
    message: 'ERR_LEAKGUARD_CALL: call 3 of third() failed: TypeError: no',
    iteration: 3,
    cause: 'TypeError: no',
  })
  const rejected = await verdict(`await lg.assertNoLeak(async () => { throw 5 }, { iterations: 3 })`)
  assert.equal(rejected.message, 'ERR_LEAKGUARD_CALL: call 1 of the function failed: 5')
  const stuck = await verdict(`await lg.assertNoLeak(function waits() { return ++n < 5 ? 1 : new Promise(() => {}) }, { timeout: 30 })`)
  assert.equal(stuck.code, 'ERR_LEAKGUARD_TIMEOUT')
  assert.equal(stuck.iteration, 5)
})

test('listeners are read for who asks, and told by the place that adds them', async () => {
  const leaks = await verdict(`
    const emitter = new (require('events'))().setMaxListeners(0)
    const shared = () => {}
    await lg.assertNoLeak(function subscribe() { emitter.on('message', shared) }, { track: ['listeners'], iterations: 30 })`)
  assert.equal(leaks.code, 'ERR_LEAKGUARD_LEAK', leaks.message)
  assert.match(leaks.message, /listeners: \+1 a call/)
  assert.match(leaks.message, /\d+ message listeners on EventEmitter are live, added by subscribe/)
  assert.deepEqual(await verdict(`
    const emitter = new (require('events'))().setMaxListeners(0)
    await lg.assertNoLeak(function subscribe() { emitter.on('message', () => {}) }, { track: ['listeners'], iterations: 30, ignore: 'subscribe' })`), {})
  assert.deepEqual(await verdict(`
    const emitter = new (require('events'))()
    const on = require('events').prototype.on
    await lg.assertNoLeak(() => { const own = new (require('events'))(); own.on('message', () => {}); emitter.once('message', () => {}); emitter.emit('message') }, { track: ['listeners', 'heap'], iterations: 30 })
    if (require('events').prototype.on !== on) throw new Error('a hook is left')`), {})
})

test('options are checked by name', async () => {
  for (const [call, word] of [
    ['lg.assertNoLeak(3)', /must be a function, got 3/],
    ['lg.assertNoLeak(() => {}, { iteration: 3 })', /"iteration" is not known/],
    ['lg.assertNoLeak(() => {}, { tolerance: "much" })', /"tolerance" must be bytes/],
    ['lg.assertNoLeak(() => {}, { ignore: [3] })', /"ignore" must be texts or regular expressions/],
    ['lg.assertNoLeak(() => {}, { track: ["cpu"] })', /"track" must be an array of heap/],
    ['lg.assertCollected({})', /only a WeakRef or a function/],
    ['lg.assertRetainsLessThan(() => {}, "much")', /"size" must be bytes/],
    ['lg.verifyNone({ ignoreCurrent: {} })', /"ignoreCurrent" must be what ignoreCurrent\(\) answered/],
  ]) {
    const { code, message } = await verdict(`await ${call}`)
    assert.equal(code, 'ERR_LEAKGUARD_OPTION', call)
    assert.match(message, word)
  }
})

test('setup and teardown are around each call', async () => {
  const { code } = await verdict(`
    let open = 0, most = 0, wrong = 0
    await lg.assertNoLeak((given) => { if (given.open !== open) wrong++ }, {
      iterations: 20, setup: async () => ({ open: ++open }), teardown: (given) => { open--; most = Math.max(most, given.open) } })
    if (open !== 0 || most !== 1 || wrong !== 0) throw new Error('not around')`)
  assert.equal(code, undefined)
})

test('the report has all that was found', async (t) => {
  const path = join(folderFor(t), 'leak.json')
  const { code, message } = await verdict(`await lg.assertNoLeak(() => { keep.push({ n }) }, { iterations: 50, report: ${JSON.stringify(path)} })`)
  assert.equal(code, 'ERR_LEAKGUARD_LEAK')
  assert.ok(message.includes(path))
  const { evidence } = JSON.parse(readFileSync(path, 'utf8'))
  assert.equal(evidence.looks, 3)
  assert.deepEqual(evidence.calls, [50, 100])
})

test('numbers that stay are told by where they are held', { skip: !walker && reasons.walker }, async () => {
  for (const [source, what] of [['keep.push(1)', 'keep: Array of numbers'], ['seen.add(n++)', 'seen: Set of numbers']]) {
    const { code, message } = await verdict(`const seen = new Set(); await lg.assertNoLeak(() => { ${source} })`)
    assert.equal(code, 'ERR_LEAKGUARD_LEAK', message)
    assert.match(message, new RegExp(`leaks: .*1 values a call[^]*\n  ${what}: \\+1 a call, [\\d,]+( → [\\d,]+){1,2}\n`))
  }
})

test('collections are forced where the addon has no way to, too', async () => {
  const answer = await verdict(`
    const { native } = require('./lib/native.js')
    native().collectGarbage = native().collectGarbageOnce = () => false
    await lg.assertNoLeak(() => ({ n: n++ }))
    await lg.assertCollected(() => ({}))
    await lg.assertCollected(() => { const object = {}; keep.push(object); return object }, { timeout: 50 })`)
  assert.equal(answer.code, 'ERR_LEAKGUARD_LEAK')
})
