'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync, readdirSync, statSync, mkdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { gunzipSync } = require('node:zlib')
const { Profile } = require('pprof-format')
const leakguard = require('leakguard')
const { node, program } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

const twins = leakguard.capabilities().twin

/** `keeper` keeps what it makes, `passer` does not; each makes objects whose bytes are far beyond the noise. */
const APP = `
  const kept = []
  function keeper(count) { for (let at = 0; at < count; at++) kept.push({ at, text: ['kept', at].join() }) }
  function passer(count) { const some = []; for (let at = 0; at < count; at++) some.push({ at, text: ['some', at].join() }); return some.length }
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
`
const print = 'console.log(JSON.stringify('

for (const mode of twins ? ['twin', 'inline'] : ['inline']) {
  test(`sites tell by function what is alive, and what stays from what goes (${mode})`, async () => {
    const looks = await program(`${APP}
      const profiler = leakguard.startHeapProfile({ interval: '8KiB' })
      const looks = []
      async function main() {
        for (let turn = 0; turn < 3; turn++) {
          keeper(20000)
          passer(20000)
          looks.push(await profiler.report({ mode: '${mode}' }))
        }
        profiler.stop()
        ${print}looks))
      }
      main()`)
    const sites = looks.map(({ sites }) => sites.find((site) => site.function === 'keeper'))
    for (const [turn, site] of sites.entries()) {
      assert.equal(looks[turn].mode, mode)
      assert.equal(looks[turn].looks.length, turn)
      assert.equal(site.survived.length, turn)
      assert.deepEqual([site.type, site.line], ['allocation', 3])
      assert.ok(site.stack.some(({ function: name }) => name === 'main'), 'who called it')
    }
    const [first, second, third] = sites.map(({ live }) => live)
    assert.ok(first > 500_000, `${first} bytes of 20,000 objects`)
    // Estimates: what stays adds up, about.
    assert.ok(second > first * 1.5 && third > first * 2.2, `${first}, ${second}, ${third}`)
    const [early, late] = sites[2].survived
    assert.ok(early > first * 0.7 && early < first * 1.3, `${early} of ${first} survived`)
    assert.ok(late > second * 0.7 && late < second * 1.3, `${late} of ${second} survived`)
    assert.equal(sites[2].added, third - late)
    // Its last objects may be on the stack still.
    const passer = looks[2].sites.find((site) => site.function === 'passer')
    assert.ok(!passer || passer.survived[1] < first / 4, `${passer?.survived} went`)
    assert.equal(looks[2].sites[0].function, 'keeper')
  })
}

test('heapProfile samples for a while, and leaves nothing behind', async () => {
  const { profile, before, after, again } = await program(`${APP}
    const inventory = () => process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate').sort()
    async function main() {
      const before = inventory()
      setTimeout(() => keeper(50000), 50)
      const profile = await leakguard.heapProfile({ duration: 500, interval: '16KiB', top: 2 })
      const after = inventory()
      // Whoever comes next finds V8's profiler free.
      const { Session } = require('node:inspector')
      const session = new Session()
      session.connect()
      const again = await new Promise((resolve) => session.post('HeapProfiler.getSamplingProfile', (error) => resolve(error.message)))
      ${print}{ profile, before, after, again }))
    }
    main()`)
  assert.ok(profile.sites.length <= 2 && profile.siteCount >= 1)
  assert.equal(profile.sites[0].function, 'keeper')
  assert.equal(profile.interval, 16384)
  assert.deepEqual(after, before)
  assert.match(again, /was not started/)
})

test("somebody else's profile is left alone, and one that they end begins anew", async () => {
  const outcome = await program(`${APP}
    const { Session } = require('node:inspector')
    const session = new Session()
    session.connect()
    const ask = (method) => new Promise((resolve) => session.post(method, (error, answer) => resolve(error?.message ?? answer)))
    const code = (error) => error.code
    async function main() {
      await ask('HeapProfiler.startSampling')
      let refused
      try { leakguard.startHeapProfile() } catch (error) { refused = error }
      const theirs = typeof (await ask('HeapProfiler.stopSampling')).profile
      const profiler = leakguard.startHeapProfile({ interval: '16KiB' })
      await ask('HeapProfiler.startSampling')
      await ask('HeapProfiler.stopSampling')
      const ended = await profiler.report().catch((error) => error)
      keeper(50000)
      const { sites, looks } = await profiler.report()
      profiler.stop()
      profiler.stop()
      const stopped = await profiler.report().catch(code)
      ${print}{ refused: [refused.code, refused.message], theirs, ended: [ended.code, ended.message], site: sites[0].function, looks, stopped }))
    }
    main()`)
  assert.equal(outcome.refused[0], 'ERR_LEAKGUARD_BUSY')
  assert.match(outcome.refused[1], /in use by somebody else/)
  assert.equal(outcome.theirs, 'object', 'their profile was whole')
  assert.equal(outcome.ended[0], 'ERR_LEAKGUARD_BUSY')
  assert.match(outcome.ended[1], /began anew/)
  assert.deepEqual([outcome.site, outcome.looks, outcome.stopped], ['keeper', [], 'ERR_LEAKGUARD_OPTION'])
})

test('several profiles share one, each with looks of its own; it ends with the last', async () => {
  const { first, second, later } = await program(`${APP}
    async function main() {
      const one = leakguard.startHeapProfile({ interval: '16KiB' })
      const other = leakguard.startHeapProfile()
      keeper(30000)
      const first = await one.report()
      one.stop()
      const second = await other.report()
      other.stop()
      const later = leakguard.startHeapProfile()
      const { samples } = await later.report()
      later.stop()
      ${print}{ first, second, later: samples }))
    }
    main()`)
  assert.deepEqual([first.interval, second.interval], [16384, 16384])
  assert.deepEqual([first.looks.length, second.looks.length], [0, 0])
  assert.ok(second.sites.some((site) => site.function === 'keeper'))
  assert.ok(later < second.samples / 2, 'the samples of before are forgotten')
})

test('the exports are read by others: DevTools, pprof', async (t) => {
  const folder = folderFor(t)
  const { sites } = await program(`${APP}
    async function main() {
      const profiler = leakguard.startHeapProfile({ interval: '16KiB' })
      keeper(50000)
      await profiler.report({ file: ${JSON.stringify(join(folder, 'a.heapprofile'))} })
      const profile = await profiler.report({ file: ${JSON.stringify(join(folder, 'a.pb.gz'))}, export: true })
      profiler.stop()
      if (JSON.parse(profile.heapprofile).head.callFrame.functionName !== '(root)') throw new Error('no tree')
      ${print}profile))
    }
    main()`)
  assert.deepEqual(readdirSync(folder).sort(), ['a.heapprofile', 'a.pb.gz'])
  assert.equal(statSync(join(folder, 'a.pb.gz')).mode & 0o777, 0o600)

  const { head, samples } = JSON.parse(readFileSync(join(folder, 'a.heapprofile'), 'utf8'))
  const nodes = []
  for (const open = [head]; open.length > 0; ) {
    const node = open.pop()
    nodes.push(node)
    open.push(...node.children)
  }
  const own = (id) => samples.reduce((sum, sample) => sum + (sample.nodeId === id ? sample.size : 0), 0)
  for (const { id, selfSize, callFrame } of nodes) {
    assert.equal(own(id), selfSize)
    assert.equal(typeof callFrame.url, 'string')
  }
  assert.ok(nodes.some(({ callFrame }) => callFrame.functionName === 'keeper' && callFrame.lineNumber === 2))

  const profile = Profile.decode(gunzipSync(readFileSync(join(folder, 'a.pb.gz'))))
  const text = (index) => profile.stringTable.strings[Number(index)]
  assert.deepEqual(
    profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    ['samples/count', 'inuse_space/bytes'],
  )
  assert.equal(text(profile.periodType.type), 'space')
  assert.equal(Number(profile.period), 16384)
  const functions = new Map(profile.function.map((row) => [Number(row.id), row]))
  const locations = new Map(profile.location.map((row) => [Number(row.id), row]))
  let bytes = 0
  for (const { locationId, value } of profile.sample) {
    const stack = locationId.map((id) => functions.get(Number(locations.get(Number(id)).line[0].functionId)))
    if (stack.some((row) => text(row.name) === 'keeper')) bytes += Number(value[1])
  }
  const { live } = sites.find((site) => site.function === 'keeper')
  assert.ok(bytes >= live * 0.99, `${bytes} bytes by pprof, ${live} by sites`)
})

test('functions are told by their sources', async (t) => {
  const folder = folderFor(t)
  const file = join(folder, 'app.js')
  for (const name of ['src']) mkdirSync(join(folder, name))
  // The mapping of the name, eight columns before V8's place: line 3, column 5 of src/app.ts, where it is called remember.
  const map = { version: 3, sources: ['src/app.ts'], names: ['remember'], mappings: 'AAAA,SAEIA' }
  writeFileSync(join(folder, 'app.js.map'), JSON.stringify(map))
  writeFileSync(file, 'function e(count) { const all = []; for (let at = 0; at < count; at++) all.push({ at }); return all }\nmodule.exports = e\n//# sourceMappingURL=app.js.map\n')
  const { site } = await program(`
    async function main() {
      const profiler = leakguard.startHeapProfile({ interval: '8KiB' })
      globalThis.kept = require(${JSON.stringify(file)})(100000)
      const { sites } = await profiler.report()
      profiler.stop()
      ${print}{ site: sites[0] }))
    }
    main()`)
  assert.deepEqual([site.function, site.file, site.line, site.column], ['remember', join(folder, 'src/app.ts'), 3, 5])
})

test('it works in a worker, and options are refused by name', async () => {
  const { code, stdout, stderr } = await node(['-e', `
    const { Worker } = require('node:worker_threads')
    new Worker(${JSON.stringify(`const leakguard = require('leakguard');${APP}
      const profiler = leakguard.startHeapProfile({ interval: '16KiB' })
      keeper(50000)
      profiler.report().then(({ sites }) => { console.log(sites[0].function); profiler.stop() })`)}, { eval: true })`])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /keeper/)
  const refused = (options) => ({ code: 'ERR_LEAKGUARD_OPTION', message: new RegExp(options) })
  assert.throws(() => leakguard.startHeapProfile({ interval: 5 }), refused('"interval" must be from 1 KiB'))
  assert.throws(() => leakguard.startHeapProfile({ depth: 500 }), refused('"depth"'))
  await assert.rejects(leakguard.heapProfile({ file: 'a.txt' }), refused('"file" must end in'))
  await assert.rejects(leakguard.heapProfile({ duration: 'soon' }), refused('"duration"'))
  await assert.rejects(leakguard.heapProfile({ duration: '1h', signal: AbortSignal.abort() }), { code: 'ERR_LEAKGUARD_CANCELLED' })
})
