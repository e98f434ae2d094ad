'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { node } = require('./support/child.js')

const STATE = `JSON.stringify({
  handles: process.getActiveResourcesInfo(),
  listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  threads: process.platform === 'linux' ? require('node:fs').readdirSync('/proc/self/task').length : 0,
  globals: Reflect.ownKeys(globalThis).map(String),
  addon: Object.keys(require.cache).some((file) => file.endsWith('.node')),
})`

test('requiring it leaves no handle, listener, thread or global, loads no addon, and lets the process exit', async () => {
  const source = `const before = ${STATE}; require('leakguard'); const after = ${STATE}; console.log(before + '\\n' + after)`
  const { code, stdout, stderr } = await node(['-e', source])
  const [before, after] = stdout.trim().split('\n')
  assert.equal(stderr, '')
  assert.equal(code, 0)
  assert.equal(after, before)
  assert.equal(JSON.parse(after).addon, false)
})

test('an analysis leaves no handle or listener behind', async () => {
  const source = `const before = process.getActiveResourcesInfo().sort();
    const { signal } = new AbortController();
    let added = 0;
    signal.addEventListener = () => added++;
    require('leakguard').analyze('package.json', { signal }).catch((error) => setImmediate(() => {
      console.log(JSON.stringify({ code: error.code, added, before, after: process.getActiveResourcesInfo().sort() }))
    }))`
  const { stdout, stderr } = await node(['-e', source])
  assert.equal(stderr, '')
  const { code, added, before, after } = JSON.parse(stdout)
  assert.equal(code, 'ERR_LEAKGUARD_PARSE')
  assert.equal(added, 0)
  assert.deepEqual(after.filter((name) => name !== 'Immediate'), before)
})
