'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { version } = require('../package.json')
const { node } = require('./support/child.js')
const { leakySnapshot } = require('./support/snapshot.js')

const cli = (args, options) => node(['bin/leakguard.js', ...args], options)

const taken = leakySnapshot(test)
let path
test.before(async () => ({ path } = await taken))

test('analyze prints a page that names the leak', async () => {
  const { code, stdout, stderr } = await cli(['analyze', path])
  assert.equal(stderr, '')
  assert.equal(code, 0)
  for (const part of [/Node v\d+/, /leak suspect/, /leakedArray: Array/, /└─/, /Classes by retained size/, /Largest holders/, /Duplicate strings/]) {
    assert.match(stdout, part)
  }
  assert.ok(stdout.split('\n').every((line) => line.length <= 100))
  // eslint-disable-next-line no-control-regex -- a pipe is no terminal: no colours
  assert.doesNotMatch(stdout, /\x1b/)
})

test('--json prints the report, and --top limits its tables', async () => {
  const { code, stdout } = await cli(['analyze', path, '--json', '--top', '3'])
  assert.equal(code, 0)
  const report = JSON.parse(stdout)
  assert.equal(report.classes.length, 3)
  assert.ok(report.suspects.some(({ name }) => name.includes('leakedArray')))
  const whole = JSON.parse((await cli(['analyze', path, '--json'])).stdout)
  assert.equal(whole.classes.length, 50)
})

test('- reads standard input', async () => {
  const { code, stdout } = await cli(['analyze', '-', '--top', '1'], { input: fs.createReadStream(path) })
  assert.equal(code, 0)
  assert.match(stdout, /^standard input\n/)
  assert.match(stdout, /leakedArray/)
})

test('--help and --version', async () => {
  for (const flag of ['--help', '-h']) {
    const { code, stdout } = await cli([flag])
    assert.equal(code, 0)
    assert.match(stdout, /analyze FILE/)
    assert.match(stdout, /256 GiB/)
    assert.match(stdout, /exit code/)
  }
  assert.equal((await cli(['analyze', '--help'])).code, 0)
  for (const flag of ['--version', '-v']) assert.equal((await cli([flag])).stdout, `${version}\n`)
})

test('what cannot be done is one line on stderr and exit code 1', async () => {
  const cases = [
    [[], /no command; there is analyze/],
    [['analyse', 'x'], /no command "analyse"/],
    [[path], /no command before .*; did you mean leakguard analyze .*leaky\.heapsnapshot\?/],
    [[path, '--json'], /did you mean leakguard analyze/],
    [['analyze'], /takes one FILE/],
    [['analyze', 'a', 'b'], /takes one FILE/],
    [['analyze', 'missing'], /ERR_LEAKGUARD_IO: cannot open missing/],
    [['analyze', 'package.json'], /ERR_LEAKGUARD_PARSE/],
    [['analyze', path, '--top', '-1'], /--top takes a value, and -1 looks like a flag; see/],
    [['analyze', path, '--top=-1'], /"top" must be a whole number from 1 to 100000, got '-1'/],
    [['analyze', path, '--tpo', '3'], /Unknown option '--tpo'/],
    [['analyze', path, '--top', 'many'], /"top" must be a whole number from 1 to 100000, got 'many'/],
    [['analyze', 'a\x1b[31mb'], /a\\u\{1b\}\[31mb/],
  ]
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await cli(args)
    assert.equal(code, 1, String(message))
    assert.equal(stdout, '')
    assert.match(stderr, message)
    assert.match(stderr, /^leakguard: ERR_LEAKGUARD_[A-Z]+: [^\n]+\n$/)
  }
})

test('a reader that has seen enough is no error', { skip: process.platform === 'win32' }, async () => {
  const { spawnSync } = require('node:child_process')
  const { stdout, stderr } = spawnSync('bash', ['-c', '"$0" bin/leakguard.js analyze "$1" --json --top 100000 | head -c 10', process.execPath, path], {
    encoding: 'utf8',
    cwd: require('node:path').join(__dirname, '..'),
  })
  assert.equal(stdout.length, 10)
  assert.equal(stderr, '')
})
