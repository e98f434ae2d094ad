'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const readline = require('node:readline')
const { postmortem } = require('leakguard')
const { ask } = require('./support/endpoint.js')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

/** Runs a program with the module preloaded. */
function preloaded(source, env, how = '--import') {
  return node([how, 'leakguard/register', '-e', source], { env: { ...clean(), ...env } })
}

function clean() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LEAKGUARD_') && name !== 'NODE_OPTIONS'))
}

for (const how of ['--import', '--require']) {
  test(`${how} leakguard/register: the app runs, says what it says, and ends`, async () => {
    const { code, stdout, stderr } = await preloaded('console.log("the app", process.argv.length)', {}, how)
    assert.deepEqual([code, stdout, stderr], [0, 'the app 1\n', ''])
  })
}

test('wrong values: a line each, and the app starts', async () => {
  const env = {
    LEAKGUARD_SENSITIVITY: 'very',
    LEAKGUARD_INTERVAL: 'soon',
    LEAKGUARD_KEEP: '-1',
    LEAKGUARD_MODE: 'both',
    LEAKGUARD_ON_HEAP_LIMIT: 'cry',
    LEAKGUARD_RECORDER: '/nowhere/at/all.rec',
    LEAKGUARD_HTTP: 'http://x',
    LEAKGUARD_TOKEN: 'short',
    LEAKGUARD_REDACT: 'never',
    LEAKGUARD_TRACK: 'perhaps',
    LEAKGUARD_LOG: '2',
    LEAKGUARD_WATCH: 'nope',
  }
  const { code, stdout, stderr } = await preloaded('console.log("the app")', env)
  assert.deepEqual([code, stdout], [0, 'the app\n'])
  const lines = stderr.trimEnd().split('\n')
  for (const line of lines) assert.match(line, /^leakguard: \S/)
  assert.equal(lines.length, Object.keys(env).length, stderr)
  for (const name of Object.keys(env)) {
    if (name !== 'LEAKGUARD_RECORDER') assert.equal(lines.filter((line) => line.includes(`"${name}"`)).length, 1, `${name}: ${stderr}`)
  }
  assert.ok(!stderr.includes('short'))
  for (const LEAKGUARD_HTTP of ['99999', '0.0.0.0:0']) {
    const { code, stdout, stderr } = await preloaded('setTimeout(() => console.log("the app"), 100)', { LEAKGUARD_HTTP })
    assert.deepEqual([code, stdout], [0, 'the app\n'])
    assert.match(stderr, /^leakguard: [^\n]*(?:LEAKGUARD_HTTP|token)[^\n]*\n$/)
  }
})

test('LEAKGUARD_HTTP: the endpoint of an app that knows nothing of it', async (t) => {
  const token = 'a-token-for-this-test'
  const env = { ...clean(), LEAKGUARD_HTTP: '0', LEAKGUARD_TOKEN: token, LEAKGUARD_DIR: folderFor(t), PORT: '0' }
  const app = spawn(process.execPath, ['--import', 'leakguard/register', join('examples', 'memory-leak.js')], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => app.kill('SIGKILL'))
  const [line] = await once(readline.createInterface({ input: app.stderr }), 'line')
  const [, port] = /^leakguard: look at this process at http:\/\/127\.0\.0\.1:(\d+)\/$/.exec(line) ?? assert.fail(line)
  assert.equal((await ask(port, 'GET', '/stats')).status, 401)
  const { status, json } = await ask(port, 'GET', '/stats', { headers: { Authorization: `Bearer ${token}` } })
  assert.equal(status, 200)
  assert.equal(json.process.script, 'memory-leak.js')
  assert.equal(json.folder, true)
})

test('LEAKGUARD_RECORDER: what happened can be read afterwards', async (t) => {
  const folder = folderFor(t)
  const { code, stdout } = await preloaded('setTimeout(() => console.log(process.pid), 400)', { LEAKGUARD_RECORDER: join(folder, 'app-%p.rec'), LEAKGUARD_INTERVAL: '50ms' })
  assert.equal(code, 0)
  const [name] = fs.readdirSync(folder)
  assert.equal(name, `app-${stdout.trim()}.rec`)
  const { runs } = await postmortem(join(folder, name))
  assert.equal(runs[0].ending.how, 'exited')
  assert.ok(runs[0].samples.length > 0)
})

test('the document lists every variable, and so do the types', () => {
  const { VARIABLES } = require('../lib/register/variables.js')
  const names = Object.keys(VARIABLES).sort()
  const namesIn = (file, line) => [...fs.readFileSync(join(root, file), 'utf8').matchAll(line)].map(([, name]) => name).sort()
  assert.deepEqual(namesIn('docs/http.md', /^\| `(LEAKGUARD_\w+)` \|/gm), names)
  assert.deepEqual(namesIn('register.d.ts', /^ {2}(LEAKGUARD_\w+)\?:/gm), names)
})
