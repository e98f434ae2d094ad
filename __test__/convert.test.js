'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const zlib = require('node:zlib')
const { node, program } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { leakySnapshot } = require('./support/snapshot.js')

const convert = (...args) => node(['bin/leakguard.js', 'convert', ...args])
const taken = leakySnapshot(test)
const frame = (functionName, url, lineNumber) => ({ functionName, scriptId: '1', url, lineNumber, columnNumber: 2 })

/** A profile as Node writes it: `outer` calls `inner`, which holds most. */
const PROFILE = {
  head: {
    callFrame: frame('(root)', '', -1),
    selfSize: 0,
    id: 1,
    children: [{ callFrame: frame('outer', 'file:///app/a.js', 9), selfSize: 100, id: 2, children: [{ callFrame: frame('', 'file:///app/b.js', 4), selfSize: 900, id: 3, children: [] }] }],
  },
  samples: [{ size: 100, nodeId: 2, ordinal: 1 }, { size: 400, nodeId: 3, ordinal: 2 }, { size: 500, nodeId: 3, ordinal: 3 }],
}

/** `{ 'outer;inner': bytes }` of a speedscope file. */
function stacksOf(path) {
  const { shared: { frames }, profiles: [{ samples, weights, endValue, unit }] } = JSON.parse(fs.readFileSync(path, 'utf8'))
  assert.equal(unit, 'bytes')
  assert.equal(weights.reduce((sum, weight) => sum + weight, 0), endValue)
  return { frames, total: endValue, stacks: Object.fromEntries(samples.map((stack, at) => [stack.map((index) => frames[index].name).join(';'), weights[at]])) }
}

test('a heap profile for speedscope and pprof, whole and with sums alone', async (t) => {
  const folder = folderFor(t)
  for (const [name, profile] of [['new', PROFILE], ['old', { head: PROFILE.head }]]) {
    const from = join(folder, `${name}.heapprofile`)
    fs.writeFileSync(from, JSON.stringify(profile))
    const to = join(folder, `${name}.speedscope.json`)
    const { code, stdout, stderr } = await convert(from, to)
    assert.deepEqual([code, stdout], [0, `${to}\n`], stderr)
    const { frames, stacks, total } = stacksOf(to)
    assert.deepEqual(stacks, { outer: 100, 'outer;(anonymous)': 900 })
    assert.equal(total, 1000)
    assert.deepEqual(frames, [{ name: 'outer', file: '/app/a.js', line: 10, col: 3 }, { name: '(anonymous)', file: '/app/b.js', line: 5, col: 3 }])
    const pprof = join(folder, `${name}.pb.gz`)
    assert.equal((await convert(from, pprof)).code, 0)
    const bytes = zlib.gunzipSync(fs.readFileSync(pprof)).toString('latin1')
    for (const part of ['inuse_space', 'outer', '/app/b.js']) assert.ok(bytes.includes(part), part)
  }
})

test('what Node has sampled', async (t) => {
  const from = join(folderFor(t), 'a.heapprofile')
  const live = await program(`
    const profiler = leakguard.startHeapProfile({ interval: 1024 })
    globalThis.kept = []
    function allocates() { for (let n = 0; n < 20000; n++) kept.push({ n, list: [n] }) }
    allocates()
    profiler.report({ file: ${JSON.stringify(from)}, mode: 'inline' }).then(({ live }) => console.log(live))`)
  const to = from.replace('.heapprofile', '.speedscope.json')
  assert.equal((await convert(from, to)).code, 0)
  const { stacks, total } = stacksOf(to)
  assert.equal(Math.round(total), Math.round(live))
  assert.ok(Object.keys(stacks).some((stack) => stack.includes('allocates')))
})

test('a snapshot for speedscope: what holds what', async (t) => {
  const { path } = await taken
  const to = join(folderFor(t), 'a.speedscope.json')
  const { code, stderr } = await convert(path, to)
  assert.equal(code, 0, stderr)
  const { stacks, total } = stacksOf(to)
  const report = JSON.parse((await node(['bin/leakguard.js', 'analyze', path, '--json', '--top', '1'])).stdout)
  assert.equal(total, report.tree[0].retainedSize)
  assert.ok(Object.keys(stacks).some((stack) => stack.includes('leakedArray: Array')))
})

test('what cannot be converted', async (t) => {
  const { path } = await taken
  const out = join(folderFor(t), 'out')
  for (const [expected, args, message] of [
    [2, [path], /convert takes IN and OUT/],
    [2, [path, 'a.txt'], /OUT must end in \.pb\.gz, \.speedscope\.json, \.heapprofile, got a\.txt/],
    [2, [path, `${out}.pb.gz`], /a heap snapshot has no stacks of allocations/],
    [3, ['missing.heapprofile', `${out}.pb.gz`], /ERR_LEAKGUARD_IO: cannot read missing\.heapprofile: ENOENT/],
  ]) {
    const { code, stderr } = await convert(...args)
    assert.equal(code, expected, stderr)
    assert.match(stderr, message)
  }
  for (const content of ['', '{}', '[]', '{"head":{"callFrame":{}}}', '{"head":{"callFrame":{},"children":[]},"samples":[{"nodeId":1}]}']) {
    fs.writeFileSync(`${out}.heapprofile`, content)
    const { code, stderr } = await convert(`${out}.heapprofile`, `${out}.speedscope.json`)
    assert.equal(code, 3, `${content}: ${stderr}`)
    assert.match(stderr, /^leakguard: ERR_LEAKGUARD_PARSE: .*out\.heapprofile is no sampling heap profile \(\.heapprofile\): [^\n]+\n$/)
  }
})
