'use strict'

// The guard of memory and disk, in real cgroups and on real small disks.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const leakguard = require('leakguard')
const { program } = require('./support/child.js')
const { cgroupFor } = require('./support/cgroup.js')
const { folderFor } = require('./support/folder.js')
const { prelude } = require('./support/heap.js')
const { mounted } = require('./support/mount.js')

const MB = 1e6
const { twin } = leakguard.capabilities()

/** A program within a cgroup that tells how its capture ended, and that it lives on. */
function confined(group, objects, capture) {
  return program(`require('node:fs').writeFileSync(${JSON.stringify(join(group.path, 'cgroup.procs'))}, String(process.pid)); ${prelude(objects)};
    ${capture}.then(
      (result) => ({ ...result }),
      ({ code, message, need, headroom, limit }) => ({ code, message, need, headroom, limit }),
    ).then((end) => console.log(JSON.stringify({ ...end, children: children(), alive: leakedArray.length })))`)
}

for (const mode of twin ? ['twin', 'inline'] : ['inline']) {
  test(`${mode}: a cgroup just above the heap refuses the capture, with figures`, async (t) => {
    const group = cgroupFor(t, 250 * MB)
    if (!group) return
    const folder = folderFor(t)
    const path = JSON.stringify(join(folder, 'a'))
    const end = await confined(group, 200_000, `leakguard.writeSnapshot(${path}, { mode: '${mode}' })`)
    assert.equal(end.code, 'ERR_LEAKGUARD_HEADROOM', JSON.stringify(end))
    assert.match(end.message, /needs about [\d,]+ MB, and the cgroup's memory limit of 250 MB leaves \d+ MB: raise it, or go ahead with force: true/)
    assert.ok(end.need > end.headroom && end.headroom < 250 * MB)
    assert.equal(end.alive, 200_000)
    assert.deepEqual(fs.readdirSync(folder), [])
    assert.equal((await confined(group, 200_000, "leakguard.census({ walker: false, mode: '" + mode + "' })")).code, 'ERR_LEAKGUARD_HEADROOM')
  })
}

test('where a cgroup has no room for a snapshot, the heap is walked all the same', { skip: !leakguard.capabilities().walker }, async (t) => {
  // A heap of some 45 MB, of which a snapshot takes several times as much as a walk.
  const group = cgroupFor(t, 450 * MB)
  if (!group) return
  const snapshot = await confined(group, 200_000, 'leakguard.census({ walker: false })')
  assert.equal(snapshot.code, 'ERR_LEAKGUARD_HEADROOM', JSON.stringify(snapshot))
  const walk = await confined(group, 200_000, 'leakguard.census().then(({ evidence, suspects: [{ name, count }] }) => ({ evidence, name, count }))')
  assert.deepEqual({ ...walk, children: [] }, { evidence: 'walker', name: 'leakedArray', count: 200_000, children: [], alive: 200_000 })
})

test('where a cgroup has no room for a census by walking, there is room for looks', { skip: !leakguard.capabilities().walker }, async (t) => {
  const group = cgroupFor(t, 270 * MB)
  if (!group) return
  const looked = await confined(group, 200_000, `(async () => {
    const census = await leakguard.census({ walker: true }).catch(({ code, need, headroom }) => ({ code, need, headroom }))
    const { evidence, looks } = await leakguard.findGrowth({ walker: true, rounds: 2, interval: 0 })
    const { largest: [{ name, count }] } = await leakguard.census({ kind: 'folded' })
    return { census, evidence, looks, name, count }
  })()`)
  assert.equal(looked.census.code, 'ERR_LEAKGUARD_HEADROOM', JSON.stringify(looked))
  assert.deepEqual([looked.evidence, looked.looks, looked.alive], ['walker', 2, 200_000], JSON.stringify(looked))
  assert.deepEqual([looked.name, looked.count], ['leakedArray', 200_000], JSON.stringify(looked))
})

test('where a cgroup has no room for a look, the watchdog counts objects, compares the counts and says so', { skip: !twin }, async (t) => {
  const group = cgroupFor(t, 300 * MB)
  if (!group) return
  const { told, text } = await confined(group, 100_000, `(async () => {
    const { Inquiry } = require('./lib/watch/inquiry.js')
    const { textOfLeak } = require('./lib/watch/words.js')
    const inquiry = new Inquiry({ looksPerHour: 8, mode: 'twin', walker: false })
    class Session {}
    const sessions = []
    const verdict = { kind: 'heap', growthBytes: 1e6, bytesPerHour: 1e9, reason: 'it grew' }
    const judge = async (leak, collections) => {
      for (let nth = 0; nth < 5000; nth++) sessions.push(new Session())
      return inquiry.judge({ ...verdict, state: leak ? 'confirmed' : 'suspicious', leak }, collections)
    }
    // Looks keep no process alive.
    const alive = setInterval(() => {}, 1000)
    await judge(false, 10)
    // A twin can come to nothing on a busy machine: then there is one count less to compare.
    let told
    for (let nth = 2; nth < 20 && told?.counted === undefined; nth++) told = await judge(true, nth * 10)
    clearInterval(alive)
    return { told, text: textOfLeak({ ...verdict, ...told }) }
  })()`)
  const [first] = told.classes
  assert.deepEqual([told.evidence, first.name], ['light-census', 'Session'], JSON.stringify(told))
  assert.ok(first.countDelta >= 5000 && first.counts.every((count) => count % 5000 === 0), JSON.stringify(first))
  assert.match(told.missing, /the cgroup's memory limit of 300 MB leaves/)
  assert.match(text, /Evidence: the trend, and objects counted by constructor: Session: \+\d+,000 objects .*; the heap was not looked at \(/)
})

test('forced, a twin that takes the cgroup to its limit is what the kernel ends, not the app', { skip: !twin }, async (t) => {
  const group = cgroupFor(t, 250 * MB)
  if (!group) return
  const folder = folderFor(t)
  const path = JSON.stringify(join(folder, 'a'))
  const end = await confined(group, 200_000, `leakguard.writeSnapshot(${path}, { mode: 'twin', force: true })`)
  assert.equal(end.code, 'ERR_LEAKGUARD_HEADROOM', JSON.stringify(end))
  assert.match(end.message, /the kernel killed for want of memory in the cgroup/)
  assert.deepEqual(end.children, [])
  assert.equal(end.alive, 200_000)
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('a twin that takes more than was thought is ended before the limit', { skip: !twin }, async (t) => {
  const group = cgroupFor(t, 1250 * MB)
  if (!group) return
  const folder = folderFor(t)
  // Short strings take twice what the guard supposes of a twin.
  const end = await confined(group, 0, `(() => {
    for (let nth = 0; nth < 800_000; nth++) leakedArray.push(Buffer.from('text of number ' + nth).toString('latin1'))
    return leakguard.writeSnapshot(${JSON.stringify(join(folder, 'a'))}, { mode: 'twin' })
  })()`)
  assert.equal(end.code, 'ERR_LEAKGUARD_HEADROOM', JSON.stringify(end))
  // On a busy machine the kernel can be quicker than our look: the twin is what it takes.
  assert.match(end.message, /was ended because the cgroup has \d+ MiB of \d+ MiB left|the kernel killed for want of memory in the cgroup/)
  assert.deepEqual(end.children, [])
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('a machine with too little memory left refuses the capture, with figures', async (t) => {
  const folder = folderFor(t)
  for (const mode of twin ? ['twin', 'inline'] : ['inline']) {
    const end = await program(`
      const binding = require('./binding.js')
      const { readMachine } = binding
      binding.readMachine = (path) => ({ ...readMachine(path), cgroup: undefined, memory: { total: 1e9, available: 60e6 } })
      leakguard.writeSnapshot(${JSON.stringify(join(folder, 'a'))}, { mode: '${mode}' }).then(
        () => console.log('{}'),
        ({ code, limit, need, headroom }) => console.log(JSON.stringify({ code, limit, need, headroom })))`)
    assert.deepEqual([end.code, end.limit, end.headroom], ['ERR_LEAKGUARD_HEADROOM', "this machine's memory of 1,000 MB", 10e6])
    assert.ok(end.need > 10e6)
  }
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('a disk that is too small refuses the capture, with figures', async (t) => {
  const folder = mounted(t, 'size=1m')
  if (!folder) return
  for (const mode of twin ? ['twin', 'inline'] : ['inline']) {
    await assert.rejects(leakguard.writeSnapshot(join(folder, 'a'), { mode }), (error) => {
      assert.equal(error.code, 'ERR_LEAKGUARD_HEADROOM')
      assert.equal(error.limit, 'the disk')
      assert.ok(error.need > error.headroom && error.headroom <= 2 ** 20)
      return true
    })
  }
  assert.throws(() => leakguard.writeSnapshotSync(join(folder, 'a')), { code: 'ERR_LEAKGUARD_HEADROOM' })
  assert.deepEqual(fs.readdirSync(folder), [])
})

test("inline, a heap that is nearly at V8's own limit is refused", async (t) => {
  const path = JSON.stringify(join(folderFor(t), 'a'))
  const source = `
    const v8 = require('node:v8')
    const real = v8.getHeapStatistics()
    v8.getHeapStatistics = () => ({ ...real, used_heap_size: real.heap_size_limit * 0.99 }) // a real one would not live long
    leakguard.writeSnapshot(${path}, { mode: 'inline' }).catch(({ code, limit }) => console.log(JSON.stringify([code, limit])))`
  const [code, limit] = await program(source)
  assert.equal(code, 'ERR_LEAKGUARD_HEADROOM')
  assert.match(limit, /^V8's heap limit of/)
})

test('what may take no more than so much is refused where more is estimated, and its twin is ended where it takes more', { skip: !twin }, async (t) => {
  const folder = folderFor(t)
  const end = await program(`
    ${prelude(100_000)}
    const outcome = (capture) => capture.then(({ kind, path }) => ({ done: kind ?? typeof path }), ({ code, message, need, headroom, limit }) => ({ code, message, need, headroom, limit }))
    ;(async () => {
      const path = ${JSON.stringify(join(folder, 'a'))}
      const estimated = await outcome(leakguard.writeSnapshot(path, { mode: 'twin', maxMemory: '100MB' }))
      const report = await outcome(leakguard.census({ mode: 'twin', maxMemory: '20MB', force: true }))
      const inline = await outcome(leakguard.writeSnapshot(path, { mode: 'inline', maxMemory: 1e6 }))
      // As if it were to take next to nothing.
      const v8 = require('node:v8'), { getHeapStatistics, getHeapSpaceStatistics } = v8
      v8.getHeapStatistics = () => ({ ...getHeapStatistics(), used_heap_size: 1 })
      v8.getHeapSpaceStatistics = () => getHeapSpaceStatistics().map((space) => ({ ...space, space_used_size: 1 }))
      const taken = await outcome(leakguard.writeSnapshot(path, { mode: 'twin', maxMemory: '80MB' }))
      Object.assign(v8, { getHeapStatistics, getHeapSpaceStatistics })
      const allowed = await outcome(leakguard.writeSnapshot(path, { mode: 'twin', maxMemory: '4GB' }))
      console.log(JSON.stringify({ estimated, report, inline, taken, allowed }))
    })()`)
  const { estimated, report, inline, taken, allowed } = end
  for (const refused of [estimated, report, inline, taken]) assert.equal(refused.code, 'ERR_LEAKGUARD_HEADROOM', JSON.stringify(end))
  assert.deepEqual([estimated.limit, estimated.headroom], ['maxMemory', 100e6])
  assert.ok(estimated.need > 100e6)
  assert.match(estimated.message, /needs about [\d,]+ MB, and "maxMemory" allows 100 MB: allow more$/)
  if (leakguard.capabilities().walker) assert.match(report.message, /or ask for a census of kind 'folded'/)
  assert.match(taken.message, /was ended because it took \d+ MiB for itself, and it may have 76 MiB \(maxMemory\)/)
  assert.deepEqual([allowed, fs.readdirSync(folder)], [{ done: 'string' }, ['a']])
})
