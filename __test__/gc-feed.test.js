'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const leakguard = require('..')
const { gcFeed } = require('../lib/gc-feed.js')
const { node, program } = require('./support/child.js')

const { gcFeed: source } = leakguard.capabilities()
const native = { skip: source === 'v8' ? false : `no callbacks of V8: ${leakguard.capabilities().reasons.gcFeed}` }
const LINUX = process.platform === 'linux'

test("on Linux V8's own callbacks are used, on every supported Node", { skip: !LINUX }, () => {
  assert.equal(source, 'v8')
  assert.equal(leakguard.capabilities().reasons.gcFeed, undefined)
})

test('a full collection is told with what lives after it', native, () => {
  const told = []
  const feed = gcFeed((reading) => told.push(reading))
  const before = { time: Date.now(), at: performance.now() }
  leakguard.gc()
  const used = process.memoryUsage().heapUsed
  assert.equal(told.length, 0, 'nobody is told within a collection')
  feed.drain()
  feed.stop()
  assert.ok(told.length >= 1)
  const last = told.at(-1)
  assert.deepEqual([last.kind, last.exact], ['mark-compact', true])
  assert.ok(Math.abs(last.heapUsed - used) < 1e6, `${last.heapUsed} of ${used}`)
  assert.ok(last.heapTotal >= last.heapUsed)
  assert.ok(last.external > 0)
  assert.ok(last.pauseMs > 0 && last.pauseMs <= performance.now() - before.at)
  assert.ok(last.at > before.at && last.at <= performance.now())
  assert.ok(last.time >= before.time - 1 && last.time <= Date.now() + 1)
})

test('readings see memory outside of the heap', native, () => {
  const told = []
  const feed = gcFeed((reading) => told.push(reading))
  leakguard.gc()
  feed.drain()
  const before = told.at(-1).external
  const buffer = Buffer.alloc(50e6)
  leakguard.gc()
  feed.drain()
  feed.stop()
  // Other buffers of this process can go meanwhile.
  assert.ok(told.at(-1).external - before > 0.9 * buffer.length)
})

test('a blocked loop delays no reading', native, async () => {
  const answer = await program(`
    const { gcFeed } = require('./lib/gc-feed.js')
    const told = []
    const feed = gcFeed((reading) => told.push(reading), { kinds: 'all', every: 10 })
    const start = performance.now()
    const counted = () => feed.totals().scavenge?.count ?? 0
    let garbage
    while (counted() < 20) garbage = Array.from({ length: 1000 }, (_, n) => ({ n }))
    const seen = told.length
    const end = performance.now()
    const wait = setInterval(() => {
      if (told.length < 20) return
      clearInterval(wait)
      const within = told.filter(({ at }) => at >= start && at <= end)
      console.log(JSON.stringify({ seen, within: within.length, times: new Set(within.map(({ at }) => at)).size, lost: feed.lost }))
    }, 10)`)
  assert.deepEqual([answer.seen, answer.lost], [0, 0])
  assert.ok(answer.within >= 20)
  assert.equal(answer.times, answer.within, 'each has its own time')
})

test('what is not fetched in time is overwritten and counted; the newest stay', native, async () => {
  const answer = await program(`
    const { gcFeed } = require('./lib/gc-feed.js')
    const told = []
    const feed = gcFeed((reading) => told.push(reading), { kinds: 'all' })
    while ((feed.totals().scavenge?.count ?? 0) < 1500) for (let round = 0; round < 100; round++) globalThis.garbage = new Array(5000).fill(round)
    feed.drain()
    const counted = Object.values(feed.totals()).reduce((sum, { count }) => sum + count, 0)
    const ordered = told.every(({ at }, n) => n === 0 || at >= told[n - 1].at)
    console.log(JSON.stringify({ told: told.length, lost: feed.lost, counted, ordered, late: performance.now() - told.at(-1).at }))`,
  { env: { ...process.env, NODE_OPTIONS: '--max-semi-space-size=1' } })
  assert.ok(answer.lost > 0)
  assert.ok(answer.told >= 1024)
  // Fetching allocates, and can collect.
  assert.ok(answer.counted - answer.told - answer.lost <= 10, JSON.stringify(answer))
  assert.equal(answer.ordered, true)
})

test('both sources count the same collections', native, async () => {
  // The process can be put off the processor between the two clocks: not five times in a row.
  for (let attempt = 1; ; attempt++) {
    try {
      return assertAgreement(await bothSources())
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
})

function bothSources() {
  return program(`
    const { gcFeed } = require('./lib/gc-feed.js')
    const feeds = ['v8', 'perf_hooks'].map((source) => gcFeed(() => {}, { source, kinds: 'all' }))
    for (let round = 0; round < 300; round++) globalThis.garbage = Array.from({ length: 5000 }, (_, n) => ({ n }))
    leakguard.gc()
    let looks = 0
    const look = setInterval(() => {
      const totals = feeds.map((feed) => feed.totals())
      // perf_hooks tells later.
      if ((totals[1].scavenge?.count ?? 0) < totals[0].scavenge.count && ++looks < 500) return
      clearInterval(look)
      console.log(JSON.stringify(totals))
    }, 10)`)
}

function assertAgreement(answer) {
  const [v8, hooks] = answer
  for (const kind of ['scavenge', 'mark-compact']) {
    assert.ok(Math.abs(v8[kind].count - hooks[kind].count) <= 1, JSON.stringify(answer))
    assert.ok(v8[kind].ms > 0.5 * hooks[kind].ms && v8[kind].ms < 2 * hooks[kind].ms, JSON.stringify(answer))
  }
}

test('the other source has the same interface, and says that it is late', async () => {
  const told = []
  const feed = gcFeed((reading) => told.push(reading), { source: 'perf_hooks', kinds: ['mark-compact'] })
  assert.deepEqual([feed.source, feed.reason], ['perf_hooks', 'asked for'])
  const start = performance.now()
  leakguard.gc()
  const end = performance.now()
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5)).then(() => feed.drain())
  feed.stop()
  const [first] = told
  assert.deepEqual(Object.keys(first), ['kind', 'forced', 'time', 'at', 'pauseMs', 'heapUsed', 'heapTotal', 'external', 'exact'])
  assert.deepEqual([first.kind, first.exact], ['mark-compact', false])
  assert.ok(first.at >= start - 1 && first.at <= end + 1)
  assert.ok(first.heapUsed > 1e6)
})

test('without the addon perf_hooks takes its place, and capabilities says why', async () => {
  const answer = await program(`
    process.env.NAPI_RS_NATIVE_LIBRARY_PATH = '/missing.node'
    const Module = require('node:module')
    const { _load } = Module
    Module._load = (name, ...rest) => { if (name.endsWith('.node') || name.startsWith('leakguard-')) throw new Error('no such addon'); return _load(name, ...rest) }
    const { gcFeed, reasons } = leakguard.capabilities()
    const feed = require('./lib/gc-feed.js').gcFeed()
    const error = (() => { try { require('./lib/gc-feed.js').gcFeed(() => {}, { source: 'v8' }) } catch (error) { return error } })()
    const collect = (() => { try { leakguard.gc() } catch (error) { return error.code } })()
    const { heapUsed, rss, rssAnon } = leakguard.sample({ fields: 'all' })
    console.log(JSON.stringify([gcFeed, reasons.gcFeed, feed.source, error.code, collect, heapUsed > 0, rss > 0, rssAnon === undefined]))`)
  const [gcFeedName, reason, feedSource, ...rest] = answer
  assert.deepEqual([gcFeedName, feedSource], ['perf_hooks', 'perf_hooks'])
  assert.match(reason, /addon .* did not load/)
  assert.deepEqual(rest, ['ERR_LEAKGUARD_UNSUPPORTED', 'ERR_LEAKGUARD_UNSUPPORTED', true, true, true])
})

test("where V8's figures lie elsewhere, its callbacks are not used", native, async () => {
  const answer = await program(`
    const binding = require('./binding.js')
    const { readHeapFigures } = binding
    binding.readHeapFigures = () => readHeapFigures().toSpliced(4, 2, 1, 2)
    console.log(JSON.stringify(leakguard.capabilities()))`)
  assert.equal(answer.gcFeed, 'perf_hooks')
  assert.match(answer.reasons.gcFeed, /differ from v8\.getHeapStatistics\(\) in used_heap_size/)
})

test('stopping ends it, twice is fine, and many feeds are independent', native, () => {
  const counts = [0, 0, 0]
  const feeds = counts.map((_, n) => gcFeed(() => counts[n]++))
  feeds[0].stop()
  feeds[0].stop()
  leakguard.gc()
  const totals = feeds[0].totals()
  feeds.forEach((feed) => feed.drain())
  assert.equal(counts[0], 0)
  assert.ok(counts[1] > 0)
  assert.equal(counts[1], counts[2])
  feeds[1][Symbol.dispose]()
  feeds[2].stop()
  leakguard.gc()
  assert.deepEqual(feeds[0].totals(), totals)
})

test('feeds and samplers that come and go leave no memory behind', native, async () => {
  const grown = await program(`
    const { gcFeed } = require('./lib/gc-feed.js')
    const cycle = () => { gcFeed(() => {}).stop(); leakguard.startSampling().stop() }
    const rss = () => { leakguard.gc(); return process.memoryUsage().rss }
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    ;(async () => {
      const round = async () => { for (let n = 0; n < 1000; n++) { cycle(); if (n % 50 === 0) await turn() } await turn(); leakguard.gc(); await turn(); return rss() }
      await round()
      const before = await round()
      console.log(JSON.stringify(Math.max(await round(), await round()) - before))
    })()`)
  assert.ok(grown < 20e6, `${grown} bytes for 2,000, of which each has 60 kB`)
})

test('a listener that throws is the uncaught exception of the app, and misses nothing', native, async () => {
  const answer = await program(`
    const caught = []
    process.on('uncaughtException', (error) => caught.push(error.message))
    const told = []
    const feed = require('./lib/gc-feed.js').gcFeed((reading) => { told.push(reading); throw new Error('mine') }, { every: 5 })
    leakguard.gc()
    const counted = feed.totals()['mark-compact'].count
    const wait = setInterval(() => {
      if (told.length < counted) return
      clearInterval(wait)
      feed.stop()
      console.log(JSON.stringify([counted === told.length, caught.length === told.length, caught[0]]))
    }, 5)`)
  assert.deepEqual(answer, [true, true, 'mine'])
})

test('a feed keeps no process alive, in no way to end it', async () => {
  for (const end of ['', 'process.exit(0)', 'setTimeout(() => process.exit(0), 10)', "process.on('exit', () => leakguard.gc())"]) {
    for (const kind of ['v8', 'perf_hooks']) {
      const options = JSON.stringify(source === 'v8' ? { kinds: 'all', source: kind } : { kinds: 'all' })
      const text = `const leakguard = require('.'); require('./lib/gc-feed.js').gcFeed(() => {}, ${options}); ${end}`
      const { code, signal, stderr } = await node(['-e', text])
      assert.deepEqual([code, signal, stderr], [0, null, ''], `${kind}: ${end}`)
    }
  }
})

test('forty workers start, collect and end with a feed on, in every way to end', native, async () => {
  const answer = await program(`
    const { Worker } = require('node:worker_threads')
    const feed = require('./lib/gc-feed.js').gcFeed(() => {}, { kinds: 'all', every: 1 })
    const source = (end) => \`
      const leakguard = require('leakguard')
      const told = []
      const feed = require('\${process.cwd()}/lib/gc-feed.js').gcFeed((reading) => told.push(reading), { kinds: 'all', every: 1 })
      leakguard.gc()
      for (let round = 0; round < 20; round++) globalThis.garbage = Array.from({ length: 10_000 }, (_, n) => ({ n }))
      feed.drain()
      require('node:worker_threads').parentPort.postMessage([feed.source, told.some(({ kind }) => kind === 'mark-compact')])
      \${end}\`
    const ENDS = ['', 'process.exit(0)', 'setInterval(() => { globalThis.garbage = new Array(1e5).fill(0) }, 1)', 'feed.stop()', "throw new Error('mine')"]
    const run = (number) => new Promise((resolve) => {
      const worker = new Worker(source(ENDS[number % ENDS.length]), { eval: true })
      let message
      worker.on('error', () => {})
      worker.on('message', (value) => { message = value; if (number % ENDS.length === 2) setTimeout(() => worker.terminate(), number % 7) })
      worker.on('exit', () => resolve(message))
    })
    ;(async () => {
      const messages = []
      for (let number = 0; number < 40; number += 4) messages.push(...(await Promise.all([0, 1, 2, 3].map((more) => run(number + more)))))
      leakguard.gc()
      feed.stop()
      console.log(JSON.stringify(messages.filter((message) => message?.[0] === 'v8' && message[1]).length))
    })()`)
  assert.equal(answer, 40)
})

test('wrong arguments are named', () => {
  const code = (message) => ({ code: 'ERR_LEAKGUARD_OPTION', message })
  assert.throws(() => gcFeed(3), code(/"listener" must be a function/))
  assert.throws(() => gcFeed(() => {}, { kinds: ['full'] }), code(/"kinds" must be 'all' or an array of scavenge/))
  assert.throws(() => gcFeed(() => {}, { every: 0 }), code(/"every" must be at least 1 ms/))
  assert.throws(() => gcFeed(() => {}, { sorce: 'v8' }), code(/"sorce" is not known/))
})

test('gc() collects all there is, without a flag and without one left behind', async () => {
  const answer = await program(`
    const refs = Array.from({ length: 50 }, () => new WeakRef({ big: new Array(1e4).fill(0) }))
    setTimeout(() => {
      const result = leakguard.gc()
      console.log(JSON.stringify([result === undefined, refs.filter((ref) => ref.deref()).length, typeof globalThis.gc, process.execArgv.length]))
    })`)
  assert.deepEqual(answer.slice(0, 3), [true, 0, 'undefined'])
})

test('right after a collection the heap is read as Node tells it', { skip: !LINUX }, async () => {
  const { spaces, own, nodes } = await program(`
    const v8 = require('node:v8')
    const { gc, gcAndRead } = require('./lib/gc/collect.js')
    const own = [], nodes = []
    for (let nth = 0; nth < 6; nth++) {
      own.push(gcAndRead(nth === 0))
      gc()
      nodes.push(v8.getHeapStatistics().used_heap_size)
    }
    console.log(JSON.stringify({
      spaces: own[0].spaces.map((space) => space.space_name).join() === v8.getHeapSpaceStatistics().map((space) => space.space_name).join(),
      own: own.map((reading) => reading.used_heap_size),
      nodes,
    }))`)
  assert.ok(spaces)
  const settled = (values) => values.slice(1).sort((a, b) => a - b)
  const [[least], [leastOfNode]] = [settled(own), settled(nodes)]
  assert.ok(settled(own).at(-1) - least < 20_000, `steady: ${own}`)
  assert.ok(leastOfNode >= least && leastOfNode - least < 20_000, `${least}, and ${leastOfNode} by Node`)
})
