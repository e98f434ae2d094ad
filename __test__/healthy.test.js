'use strict'

// Programs that leak nothing: whatever Node itself keeps is no suspect.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

const LOOK = `
const leakguard = require(${JSON.stringify(root)})
const look = async () => {
  const { path } = await leakguard.writeSnapshot()
  const { suspects } = await leakguard.analyze(path)
  process.stdout.write(JSON.stringify(suspects.map(({ text }) => text)))
}`

const PROGRAMS = {
  'an empty program': `${LOOK}\nlook()`,
  'a worker': `
    const { Worker, isMainThread } = require('node:worker_threads')
    ${LOOK}
    isMainThread ? new Worker(__filename) : look()`,
  'a server and its client, by fetch': `
    const server = require('node:http').createServer((request, response) => response.end('hello')).listen(0, async () => {
      for (let n = 0; n < 50; n++) await (await fetch('http://127.0.0.1:' + server.address().port)).text()
      await look()
      process.exit()
    })
    ${LOOK}`,
  'a WeakMap whose keys come and go, and a bounded cache': `
    const seen = new WeakMap(), cache = new Map()
    for (let n = 0; n < 20000; n++) {
      seen.set({}, { n })
      cache.set(n, { n })
      if (cache.size > 200) cache.delete(cache.keys().next().value)
    }
    ${LOOK}\nlook().then(() => [seen, cache])`,
}

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(`no suspects in ${name}`, async (t) => {
    const cwd = folderFor(t)
    const file = join(cwd, 'program.cjs')
    fs.writeFileSync(file, program)
    const { code, stdout, stderr } = await node([file], { cwd })
    assert.equal(code, 0, stderr)
    assert.deepEqual(JSON.parse(stdout), [])
  })
}

test('objects that two collections hold are named with one of them', async (t) => {
  const cwd = folderFor(t)
  const file = join(cwd, 'program.cjs')
  fs.writeFileSync(file, `
const byId = new Map(), recent = []
for (let n = 0; n < 20000; n++) { const order = { n, at: new Date() }; byId.set(n, order); recent.push(order) }
${LOOK}\nlook().then(() => [byId, recent])`)
  const { stdout } = await node([file], { cwd })
  assert.match(JSON.parse(stdout)[0], /^(byId|recent) \(program\.cjs:2\), (Map|Array) of Object, 20,000 objects/)
})
