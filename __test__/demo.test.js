'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const leakguard = require('leakguard')
const { node, root } = require('./support/child.js')

const { twin } = leakguard.capabilities()

test('the watchdog of the leaky server names leakedArray with its file and line, that of the fixed one is silent', { skip: !twin }, async () => {
  const { code, stdout, stderr } = await node(['examples/demo.js'])
  assert.equal(stderr, '')
  assert.equal(code, 0, stdout)
  const source = fs.readFileSync(join(root, 'examples', 'memory-leak.js'), 'utf8').split('\n')
  const [, line, column] = /examples\/memory-leak\.js:(\d+):(\d+)\n/.exec(stdout)
  assert.ok(source[line - 1].slice(column - 1).startsWith('leakedArray = []'), `${line}:${column}`)
  assert.match(stdout, /leakedArray \(memory-leak\.js:11\), Array of Object, \+[\d,]+ objects and \+[\d.]+ [kM]B/)
  assert.match(stdout, /Leak: the heap \+[\d.]+ MB/)
  assert.match(stdout, /The leak was named, with its file and line\./)
  assert.match(stdout, /GET \/heap: captured by a twin in [\d.]+ s; the server stood still for \d+ ms and answered \d+ requests meanwhile/)
  assert.match(stdout, /1\. leakedArray: Array of Object\n/)
  assert.match(stdout, /The fixed server was left in peace for .*, and has a clean bill\./)
})
