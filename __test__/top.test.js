'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { topText } = require('../lib/top/text.js')
const { viewOf } = require('../lib/top/view.js')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { equalsText } = require('./support/golden.js')
const { terminal } = require('./support/terminal.js')

const linux = process.platform === 'linux'
const top = (args, options) => node(['bin/leakguard.js', 'top', ...args], options)

/** A process that records, until the test ends: `{ pid, file, end() }`. */
async function recording(t, source = '') {
  const file = join(folderFor(t), 'app.rec')
  const program = `require('leakguard').watch({ recorder: ${JSON.stringify(file)}, interval: '50ms' }); setInterval(() => {}, 1000); ${source}; process.once('SIGTERM', () => process.exit(0))`
  const child = spawn(process.execPath, ['-e', program], { cwd: root, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  while (!fs.existsSync(file) || (await top([file, '--json'])).stdout.includes('"now"') === false) await sleep(50)
  return { pid: child.pid, file, end: async () => child.kill() && once(child, 'exit') }
}

test('top of a process and of its file', async (t) => {
  const { pid, file, end } = await recording(t)
  const whole = await top([file, '--once', '--json'])
  assert.equal(whole.code, 0, whole.stderr)
  const view = JSON.parse(whole.stdout)
  assert.equal(view.process.pid, pid)
  assert.equal(view.state, 'watching')
  assert.ok(view.live > 1e6 && view.now.rss > view.live)
  if (linux) {
    const { code, stdout, stderr } = await top([String(pid)], { env: { ...process.env, COLUMNS: '80' } })
    assert.equal(code, 0, stderr)
    assert.match(stdout, new RegExp(`pid ${pid}[^]*Watching[^]*live heap +about [^]*█ heap used`))
    assert.ok(stdout.split('\n').every((line) => line.length <= 80))
  }
  await end()
  const after = await top([file])
  assert.match(after.stdout, /The process ended by itself/)
  if (linux) {
    const gone = await top([String(pid)])
    assert.equal(gone.code, 3)
    assert.match(gone.stderr, /ERR_LEAKGUARD_IO: cannot look at process \d+: there is no such process/)
    const other = await top([String(process.pid)])
    assert.equal(other.code, 3)
    assert.match(other.stderr, /ERR_LEAKGUARD_UNSUPPORTED: process \d+ writes no recording; start it with LEAKGUARD_RECORDER/)
  }
  assert.equal((await top([])).code, 2)
  assert.equal((await top([file, '--interval', 'soon'])).code, 2)
})

test('on a terminal it is drawn again and again, until the process ends', { skip: terminal() === undefined }, async (t) => {
  const { file, end } = await recording(t)
  const shown = terminal()(['bin/leakguard.js', 'top', file, '--interval', '100ms'], { COLUMNS: undefined })
  // Drawn twice at least.
  while (shown.output.split('\x1b[H\x1b[J').length < 3) await sleep(50)
  await end()
  await shown.closed
  assert.ok(shown.output.includes('\x1b[?1049h'))
  assert.match(shown.output.split('\x1b[?1049l').at(-1), /The process ended by itself/, 'the last page stays')
})

function grown({ leak }) {
  const START = Date.UTC(2026, 0, 2, 3, 4, 5)
  const samples = Array.from({ length: 100 }, (_, n) => ({
    time: START + n * 10_000,
    heapUsed: 50e6 + n * 1e6 + (n % 5) * 4e6,
    heapLimit: 400e6,
    external: 2e6,
    arrayBuffers: 1e6,
    rss: 120e6 + n * 1e6,
    fds: 23,
    loopDelay: { max: 12 },
    gc: { count: 3, time: 12 },
  }))
  const events = [{ kind: 'start', time: START, text: '' }, { kind: 'suspicion', time: START + 3e5, text: 'the used heap grew' }]
  if (leak) events.push({ kind: 'leak', time: START + 6e5, text: 'leakedArray (server.js:8), Array of Object, +37,355 objects. Leak: the heap +30.0 MB, 360 MB/h.' })
  return { path: '/app/app.rec', runs: [{ process: { pid: 4711, script: '/app/server.js', node: 'v24.0.0' }, start: START, samples, events, ending: { how: 'running', text: '' } }] }
}

test('what lives is estimated by the least of stretches, and its rate by them', () => {
  const view = viewOf(grown({ leak: true }))
  assert.equal(view.state, 'leak')
  assert.equal(view.leak, true)
  assert.ok(Math.abs(view.bytesPerHour - 360e6) < 1e6, String(view.bytesPerHour))
  assert.equal(viewOf(grown({ leak: false })).state, 'suspicious')
  const flat = grown({ leak: false })
  for (const sample of flat.runs[0].samples) sample.heapUsed = 50e6 + (sample.time % 7) * 1e6
  assert.equal(viewOf(flat).bytesPerHour, undefined)
  const recovered = grown({ leak: true })
  recovered.runs[0].events.push({ kind: 'recovered', time: Date.now(), text: '' })
  assert.deepEqual([viewOf(recovered).state, viewOf(recovered).leak], ['watching', false])
  assert.equal(viewOf({ path: 'x', runs: [] }).state, 'empty')
})

for (const columns of [40, 80]) {
  test(`on ${columns} columns`, () => {
    const view = viewOf(grown({ leak: true }))
    const text = topText(view, { stream: { columns }, now: view.since + 1e6 })
    assert.deepEqual(text.split('\n').filter((line) => line.length > columns), [])
    equalsText(text, join(root, '__test__', 'goldens', `top-${columns}.txt`))
  })
}
