'use strict'

// The examples, started as a reader would, each in a process of its own.

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const { readFileSync, rmSync } = require('node:fs')
const { join } = require('node:path')
const leakguard = require('leakguard')
const { node, root } = require('./support/child.js')
const { ask, OWN } = require('./support/endpoint.js')

const TOKEN = 'an-example-of-a-token'
const ALLOWED = { headers: { ...OWN, Authorization: `Bearer ${TOKEN}` } }

/** The example's server: its port, and what it said on stderr. Gone after the test. */
async function started(t, file) {
  const child = spawn(process.execPath, ['--enable-source-maps', file], { cwd: root, env: { ...process.env, PORT: '0', HEAP_TOKEN: TOKEN } })
  t.after(() => child.kill('SIGKILL'))
  const said = { out: '', err: '' }
  child.stderr.setEncoding('utf8').on('data', (text) => (said.err += text))
  const port = await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said.out += text
      const [, found] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said.out) ?? []
      if (found) resolve(Number(found))
    })
    child.once('close', (code, signal) => reject(new Error(`${file} ended with ${code ?? signal}: ${said.err}`)))
  })
  return { child, port, said }
}

for (const file of ['express.js', 'fastify.js', 'nest.js', 'custom-server.js']) {
  test(`examples/${file} serves, has its /heap for those with the token alone, and ends when asked to`, async (t) => {
    const { child, port, said } = await started(t, join('examples', file))
    assert.equal((await ask(port, 'GET', '/')).body, 'hello')
    const { status, json } = await ask(port, 'GET', '/heap/stats', ALLOWED)
    assert.equal(status, 200)
    assert.ok(json.sample.heapUsed > 0)
    assert.equal((await ask(port, 'GET', '/heap/stats')).status, 401)
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'close')
    // Nest ends its process by the signal itself, once its hooks have run.
    assert.ok(code === 0 || signal === 'SIGTERM', `${code} ${signal}`)
    assert.equal(said.err, '')
  })
}

test('examples/worker-pool.js answers and ends by itself', async () => {
  const { code, stdout, stderr } = await node(['examples/worker-pool.js'])
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '1 4 9 16 · watchdogs: watching\n', stderr: '' })
})

test('examples/typescript/server.ts: what grows is named by the place in the TypeScript file', { skip: !leakguard.capabilities().twin && 'no twin' }, async (t) => {
  const out = join(root, 'examples', 'typescript', 'out')
  t.after(() => rmSync(out, { recursive: true, force: true }))
  const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'examples/typescript'], { cwd: root, encoding: 'utf8' })
  assert.equal(tsc.status, 0, tsc.stdout)
  const { port } = await started(t, join(out, 'server.js'))
  let busy = true
  const visits = Array.from({ length: 2 }, async () => {
    while (busy) await ask(port, 'GET', '/')
  })
  let suspect
  for (let nth = 0; nth < 10 && !suspect; nth++) {
    const { status, json, body } = await ask(port, 'POST', '/heap/growth?rounds=2&interval=300ms', ALLOWED)
    assert.equal(status, 200, body)
    suspect = json.suspects.find(({ name }) => name === 'sessions')
  }
  busy = false
  await Promise.all(visits)
  assert.ok(suspect, 'the sessions grow')
  const { file, line } = suspect.location
  assert.match(file, /examples\/typescript\/server\.ts$/)
  assert.match(readFileSync(join(root, 'examples/typescript/server.ts'), 'utf8').split('\n')[line - 1], /^const sessions/)
})
