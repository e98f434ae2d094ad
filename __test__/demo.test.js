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
  assert.match(stdout, /20,0\d\d objects/)
  assert.match(stdout, /captured (by a twin|inline) in [\d.]+ s; the server stood still for \d+ ms and answered \d+ requests/)
  assert.match(stdout, /The leak was named, with its file and line\./)
  assert.match(stdout, /The fixed server has a clean bill\./)
})
