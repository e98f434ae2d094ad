'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { Worker } = require('node:worker_threads')
const { once } = require('node:events')
const leakguard = require('leakguard')
const { traces } = require('./support/traces.js')

const WARM_UP_MS = 4000

/** A line with a little deterministic noise. */
function line(count, growth, start = 2e7) {
  const noise = (at) => ((at * 7919) % 101) * 1e3
  return Array.from({ length: count }, (_, at) => ({ time: 1e12 + at * 1000, heapUsed: start + growth * at + noise(at) }))
}

function firsts(list, accuses) {
  return list.map(({ name, samples }) => {
    const rest = samples.filter(({ time }) => time >= WARM_UP_MS)
    for (let n = 6; n <= rest.length; n++) if (accuses(leakguard.detect(rest.slice(0, n)))) return { name, first: n }
    return { name }
  })
}

function median(values) {
  const sorted = values.toSorted((left, right) => left - right)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

const found = (rows) => rows.filter(({ first }) => first)
const packages = traces().filter(({ collection }) => collection === 'packages')

test('on the recorded leaks, confirmation is right and comes in time', () => {
  const leaks = firsts(packages.filter(({ leak }) => leak), ({ leak }) => leak)
  assert.ok(found(leaks).length >= 0.85 * leaks.length, JSON.stringify(leaks))
  assert.ok(median(found(leaks).map(({ first }) => first)) <= 40, JSON.stringify(leaks))
  const healthy = firsts(packages.filter(({ leak }) => !leak), ({ leak }) => leak)
  assert.deepEqual(found(healthy), [])
})

test('on the recorded leaks, suspicion is complete and quick, and seldom wrong', () => {
  const suspicious = ({ state }) => state === 'suspicious' || state === 'confirmed'
  const leaks = firsts(packages.filter(({ leak }) => leak), suspicious)
  assert.equal(found(leaks).length, leaks.length, JSON.stringify(leaks))
  assert.ok(median(leaks.map(({ first }) => first)) <= 12, JSON.stringify(leaks))
  const healthy = firsts(packages.filter(({ leak }) => !leak), suspicious)
  assert.ok(found(healthy).length <= healthy.length / 3, JSON.stringify(healthy))
})

test('a leak of buffers is told as external', () => {
  const { samples } = packages.find(({ name, leak }) => leak && name === 'ws-deflate-queue')
  const { kind, leak, growthBytes } = leakguard.detect(samples)
  assert.deepEqual({ kind, leak }, { kind: 'external', leak: true })
  const grown = samples.at(-1).external - samples[0].external
  assert.ok(Math.abs(growthBytes - grown) < 0.2 * grown)
})

test('a verdict has the shape that index.d.ts promises, and is plain', () => {
  const samples = line(60, 5e5).map((sample) => ({ ...sample, heapLimit: 2e8, cgroup: { limit: Infinity, current: 1e8 } }))
  const verdict = leakguard.detect(samples)
  assert.deepEqual(JSON.parse(JSON.stringify(verdict)), verdict)
  const { reason, confidence, growthBytes, bytesPerHour, since, reachesLimitAt, ...rest } = verdict
  assert.deepEqual(rest, { state: 'confirmed', leak: true, kind: 'heap', readings: 60 })
  assert.match(reason, /^the used heap grew by 29\.\d MB \(1\d\d %\) at equal load, over 60 readings in 59 s, in 5 of 5 steps/)
  assert.ok(confidence > 0.9 && confidence <= 1)
  assert.ok(Math.abs(growthBytes / (59 * 5e5) - 1) < 0.02 && Math.abs(bytesPerHour / (5e5 * 3600) - 1) < 0.02)
  assert.ok(since >= 1e12 && since < 1e12 + 5000)
  const { heapUsed, time } = samples.at(-1)
  assert.ok(Math.abs(reachesLimitAt - time - ((2e8 - heapUsed) / 5e5) * 1000) < 5000)
})

test('none, one and few samples are being watched; a flat series is quiet', () => {
  for (const samples of [[], [{ time: 0 }], line(1, 0), line(5, 1e6), line(20, 0)]) {
    const { state, leak, kind, growthBytes } = leakguard.detect(samples)
    assert.deepEqual({ state, leak, kind }, { state: 'watching', leak: false, kind: undefined })
    assert.ok(Number.isFinite(growthBytes))
  }
  assert.equal(leakguard.detect(line(60, 0)).state, 'quiet')
})

test('what is wrong with a sample is told with its index and field', () => {
  const bad = [
    [{ heapUsed: 1 }, '"samples[3].time" must be a number of at least 0, got undefined'],
    [{ time: NaN }, '"samples[3].time" must be a number of at least 0, got NaN'],
    [{ time: '5' }, '"samples[3].time" must be a number of at least 0, got \'5\''],
    [{ time: 5, heapUsed: NaN }, '"samples[3].heapUsed" must be a number of at least 0, got NaN'],
    [{ time: 5, rss: -1 }, '"samples[3].rss" must be a number of at least 0, got -1'],
    [{ time: 5, external: Infinity }, '"samples[3].external" must be a number of at least 0, got Infinity'],
    [{ time: 5, cgroup: { current: 'x' } }, '"samples[3].cgroup.current" must be a number of at least 0, got \'x\''],
    [{ time: 5, markCompact: 1 }, '"samples[3].markCompact" must be true or false, got 1'],
    [null, '"samples[3]" must be an object, got null'],
    [7, '"samples[3]" must be an object, got 7'],
  ]
  for (const [sample, message] of bad) {
    assert.throws(() => leakguard.detect([...line(3, 0), sample]), (error) => {
      assert.ok(error instanceof leakguard.LeakguardError)
      assert.equal(error.code, 'ERR_LEAKGUARD_OPTION')
      assert.equal(error.message, `ERR_LEAKGUARD_OPTION: ${message}`)
      return true
    })
  }
  for (const samples of [undefined, null, 5, {}, 'x']) assert.throws(() => leakguard.detect(samples), { code: 'ERR_LEAKGUARD_OPTION' })
})

test('options are validated by name, and each one counts', () => {
  for (const options of [{ sensitivity: 'huge' }, { confirmAfter: 1 }, { minBytes: -1 }, { minShare: NaN }, { minRisingParts: 6 }, { nope: 1 }, 5]) {
    assert.throws(() => leakguard.detect([], options), { code: 'ERR_LEAKGUARD_OPTION' })
  }
  const samples = line(45, 1.5e5)
  const state = (options) => leakguard.detect(samples, options).state
  assert.equal(state(), 'confirmed')
  const milder = { sensitivity: 'low', confirmAfter: 50, confirmScore: 50, minBytes: '10MB', minRisingParts: 5 }
  for (const name of ['sensitivity', 'confirmAfter', 'confirmScore', 'minBytes']) {
    assert.notEqual(state({ [name]: milder[name] }), 'confirmed', name)
  }
  for (const options of [{ suspectAfter: 50, confirmAfter: 50 }, { suspectScore: 50 }, { minShare: 9 }, { minLasting: 9 }]) {
    assert.ok(['watching', 'quiet'].includes(state(options)), JSON.stringify(options))
  }
  assert.equal(leakguard.detect(line(28, 3e5), { sensitivity: 'high' }).state, 'confirmed')
  const native = line(60, 0).map((sample, at) => ({ ...sample, rss: 1e8 + at * 1e6 }))
  assert.equal(leakguard.detect(native).kind, 'native')
  assert.equal(leakguard.detect(native, { minNativeBytes: '1GB' }).kind, undefined)
  const listeners = line(60, 0).map((sample, at) => ({ ...sample, listeners: 10 + at }))
  const { kind, resource, growthCount, growthBytes } = leakguard.detect(listeners)
  assert.deepEqual({ kind, resource, growthCount, growthBytes }, { kind: 'resources', resource: 'listeners', growthCount: 59, growthBytes: 0 })
  assert.equal(leakguard.detect(listeners, { minCount: 500 }).kind, undefined)
})

test('clocks that jump, times that repeat and samples in no order give the verdict of the plain series', () => {
  const samples = line(60, 5e5)
  const plain = leakguard.detect(samples)
  assert.equal(plain.state, 'confirmed')
  const from = (index, ms) => samples.map((sample, at) => (at < index ? sample : { ...sample, time: sample.time + ms }))
  const variants = {
    'set back by an hour': from(20, -36e5),
    'set forward by a day': from(20, 864e5),
    'suspended for a week': from(20, 7 * 864e5),
    'each one twice': samples.flatMap((sample) => [sample, sample]),
    'newest first': samples.toReversed(),
    'null as JSON has it': samples.map((sample) => ({ ...sample, rss: null })),
  }
  for (const [name, variant] of Object.entries(variants)) {
    const { state, growthBytes } = leakguard.detect(variant)
    assert.equal(state, 'confirmed', name)
    assert.ok(Math.abs(growthBytes / plain.growthBytes - 1) < 0.2, name)
  }
})

test('it is pure: it keeps and changes nothing, in a worker too', async () => {
  const samples = Object.freeze(line(60, 5e5).map(Object.freeze))
  const first = leakguard.detect(samples)
  leakguard.detect(line(500, 0))
  assert.deepEqual(leakguard.detect(samples), first)
  const source = `const { workerData, parentPort } = require('node:worker_threads')
    parentPort.postMessage(require(workerData.module).detect(workerData.samples))`
  const worker = new Worker(source, { eval: true, workerData: { module: require.resolve('leakguard'), samples } })
  const [answer] = await once(worker, 'message')
  assert.deepEqual(answer, first)
})

test('ten thousand samples within a second cost no more than their number', () => {
  const samples = Array.from({ length: 10_000 }, (_, at) => ({ time: at / 10, heapUsed: 2e7 + ((at * 7919) % 1e6) }))
  assert.equal(leakguard.detect(samples).state, 'quiet')
  const time = (list) => {
    const start = process.hrtime.bigint()
    for (let at = 0; at < 5; at++) leakguard.detect(list)
    return Number(process.hrtime.bigint() - start)
  }
  // The best of many: other work on the machine only adds.
  const best = (list) => Math.min(...Array.from({ length: 15 }, () => time(list)))
  const ratio = best(samples) / best(samples.slice(0, 1000))
  assert.ok(ratio < 30, `ten times the samples took ${ratio} times as long`)
})
