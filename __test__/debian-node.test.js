'use strict'

// Debian's own package of Node: V8, Node and libuv are shared libraries, so that there is more to patch in a twin.

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')
const leakguard = require('leakguard')
const { root } = require('./support/child.js')
const { debianNode } = require('./support/debian-node.js')
const { folderFor } = require('./support/folder.js')

// Once is enough, whatever Node runs the tests.
const first = process.versions.node.startsWith('20.')
const command = first ? debianNode() : 'tested with Node 20'

test('twins of a Node that is a shared library', { skip: typeof command === 'string' && command }, async (t) => {
  const path = join(folderFor(t), 'a.heapsnapshot')
  const source = `
    const leakguard = require(${JSON.stringify(root)})
    const leakedArray = Array.from({ length: 20_000 }, (_, n) => ({ n, text: 'kept ' + n }))
    globalThis.handler = () => leakedArray.length
    // Garbage and V8's workers at work meanwhile.
    setInterval(() => { globalThis.garbage = Array.from({ length: 20_000 }, (_, n) => ({ n })) }, 1).unref()
    ;(async () => {
      const captures = []
      for (let nth = 0; nth < 4; nth++) captures.push(await leakguard.writeSnapshot(${JSON.stringify(path)}, { mode: 'twin', priority: 'normal' }))
      const { suspects } = await leakguard.census({ mode: 'twin', priority: 'normal' })
      console.log(JSON.stringify({ captures, suspects, libraries: require('fs').readFileSync('/proc/self/maps', 'utf8').includes('libnode.so') }))
    })()`
  const { code, stdout, stderr } = await run(...command(['-e', source]))
  assert.equal(code, 0, stderr)
  const { captures, suspects, libraries } = JSON.parse(stdout)
  assert.equal(libraries, true)
  assert.deepEqual(captures.map(({ mode }) => mode), ['twin', 'twin', 'twin', 'twin'])
  assert.ok(suspects.some(({ name }) => name.includes('leakedArray')), JSON.stringify(suspects))
  assert.equal(captures.at(-1).bytes, fs.statSync(path).size)
  assert.ok((await leakguard.analyze(path)).nodeCount > 20_000)
})

function run(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const result = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (result[name] += text))
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ ...result, code })))
}
