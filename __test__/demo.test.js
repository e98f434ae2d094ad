'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { node, root } = require('./support/child.js')

test('the demo names leakedArray with its file and line, clears the fixed server, and ends with 0', async () => {
  const { code, stdout, stderr } = await node(['examples/demo.js'])
  assert.equal(stderr, '')
  assert.equal(code, 0, stdout)
  const source = fs.readFileSync(join(root, 'examples', 'memory-leak.js'), 'utf8').split('\n')
  const [, line, column] = /examples\/memory-leak\.js:(\d+):(\d+)\n/.exec(stdout)
  assert.ok(source[line - 1].slice(column - 1).startsWith('leakedArray = []'), `${line}:${column}`)
  assert.match(stdout, /1\. leakedArray: Array of Object/)
  // 20,000 requests were sent before the capture; those that were answered meanwhile can be in the heap, too.
  const [, count] = /([\d,]+) objects, [\d.]+ MB retained/.exec(stdout)
  assert.ok(Number(count.replaceAll(',', '')) >= 20_000, count)
  assert.match(stdout, /captured (by a twin|inline) in [\d.]+ s; the server stood still for \d+ ms and answered \d+ requests/)
  assert.match(stdout, /The leak was named, with its file and line\./)
  assert.match(stdout, /The fixed server has a clean bill\./)
})
