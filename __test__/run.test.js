'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { pathToFileURL } = require('node:url')
const { findings } = require('../lib/run/verdict.js')
const { runText } = require('../lib/run/text.js')
const { openPage, picture, reasonToSkip } = require('./support/browser.js')
const { root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { equalsText } = require('./support/golden.js')
const { terminal } = require('./support/terminal.js')

const unix = process.platform !== 'win32'
const CLI = join(root, 'bin', 'leakguard.js')

/** Runs `leakguard run`; `heard(stderr, child)` is called as the app speaks. Resolves to `{ code, signal, stdout, stderr }`. */
function run(args, { cwd, env, heard } = {}) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(LEAKGUARD_|NODE_OPTIONS|COLUMNS)/.test(name)))
  const child = spawn(process.execPath, [CLI, 'run', ...args], { cwd: cwd ?? root, env: { ...clean, LEAKGUARD_INTERVAL: '100ms', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text
      heard?.(said, child)
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ ...said, code, signal }))
  })
}

/** A program in a folder of its own: `{ folder, path }`. */
function app(t, source) {
  const folder = folderFor(t)
  const path = join(folder, 'app.js')
  fs.writeFileSync(path, source)
  return { folder, path }
}

const LEAKY = `
  const leakedArray = []
  function leak() { for (let n = 0; n < 60; n++) leakedArray.push({ n, date: new Date(n), text: 'a text '.repeat(8) + n }) }
  setInterval(leak, 20)
  globalThis.handler = leak`

/** Once it has said that something leaks, Ctrl-C. */
function untilTold() {
  let done = false
  return ({ stderr }, child) => {
    if (done || !/^leakguard: .*leakedArray/m.test(stderr)) return
    done = true
    child.kill('SIGINT')
  }
}

test('a leak is named, on the terminal and on a page; Ctrl-C ends it, and the exit code is 1', { skip: process.platform !== 'linux', timeout: 300_000 }, async (t) => {
  const { folder, path } = app(t, LEAKY)
  const html = join(folder, 'page.html')
  const env = { LEAKGUARD_SENSITIVITY: 'high', COLUMNS: '80' }
  const { code, stdout, stderr } = await run(['--html', html, '--', process.execPath, path], { cwd: folder, env, heard: untilTold() })
  assert.equal(code, 1, stdout + stderr)
  assert.match(stdout, /^Leak: leakedArray \(app\.js:2\), \+/m)
  assert.match(stdout, /1\. leakedArray: Array of Object\n {3}\S*app\.js:2:9\n/)
  assert.match(stdout, /Memory\n[^]*█ heap used/)
  assert.ok(stdout.split('\n').every((line) => line.length <= 80), stdout)
  const page = fs.readFileSync(html, 'utf8')
  assert.match(page, /<h2>Leak: leakedArray \(app\.js:2\)/)
  assert.doesNotMatch(page, /<script|https?:\/\/(?!www\.w3\.org)/)
  if (unix) assert.equal(fs.statSync(html).mode & 0o777, 0o600)
  assert.deepEqual(fs.readdirSync(folder).sort(), ['app.js', 'page.html'], 'nothing else is left')

  await t.test('the page in a browser', { skip: reasonToSkip() }, async (t) => {
    const tab = await openPage(t)
    const complaints = []
    tab.on('console', (message) => complaints.push(message.text()))
    tab.on('request', (request) => request.url().startsWith('http') && complaints.push(request.url()))
    await tab.goto(pathToFileURL(html).href)
    assert.match(await tab.locator('h2').first().innerText(), /leakedArray/)
    await tab.getByRole('img', { name: /^Heap and process: live heap/ }).waitFor()
    await picture(tab, 'run', { fullPage: true })
    await tab.setViewportSize({ width: 390, height: 844 })
    assert.ok((await tab.evaluate('document.documentElement.scrollWidth')) <= 390)
    assert.deepEqual(complaints, [])
  })
})

test("the app's own end is the exit code, and a crash is told", async (t) => {
  const { folder, path } = app(t, 'console.log("to stdout"); setTimeout(() => { throw new TypeError("no such thing") }, 300)')
  const crashed = await run(['--json', '--no-html', path], { cwd: folder })
  assert.equal(crashed.code, 1)
  const told = JSON.parse(crashed.stdout)
  assert.equal(told.verdict, 'crash')
  assert.equal(told.leak, false)
  assert.match(told.findings[0].text, /no such thing[^]*app\.js:1/)
  assert.equal(told.subject.script, path)
  assert.ok(told.subject.samples.length > 0)
  assert.match(crashed.stderr, /^to stdout$/m, 'with --json what the app says goes to stderr')
  assert.deepEqual(fs.readdirSync(folder), ['app.js'])
  const seven = await run(['--no-html', '-q', '--', process.execPath, '-e', 'process.exit(7)'])
  assert.deepEqual(seven, { code: 7, signal: null, stdout: '', stderr: '' })
})

test('signals reach the app once, and what it makes of them counts', { skip: !unix }, async (t) => {
  const { path } = app(t, `
    let count = 0
    process.on('SIGTERM', () => { count++; setTimeout(() => { console.log('got ' + count); process.exit(0) }, 300) })
    setInterval(() => {}, 1000)
    console.error('ready')`)
  const once = (signal) => {
    let sent = false
    return ({ stderr }, child) => {
      if (sent || !stderr.includes('ready')) return
      sent = true
      child.kill(signal)
    }
  }
  const polite = await run(['--no-html', path], { heard: once('SIGTERM') })
  assert.equal(polite.code, 0, polite.stdout)
  assert.match(polite.stdout, /^got 1$/m)
  assert.match(polite.stdout, /ended with 0/)
  // Whom nobody asked to end has ended badly.
  const killed = app(t, "process.kill(process.pid, 'SIGKILL')")
  assert.equal((await run(['--no-html', killed.path])).code, 137)
})

test("a terminal's Ctrl-C reaches the app once", { skip: terminal() === undefined }, async (t) => {
  const { path } = app(t, `
    let count = 0
    process.on('SIGINT', () => { count++; setTimeout(() => { console.log('interrupted ' + count); process.exit(0) }, 500) })
    setInterval(() => {}, 1000)
    console.log('ready')`)
  const shown = terminal()(['bin/leakguard.js', 'run', '--no-html', path], { LEAKGUARD_INTERVAL: '100ms', NO_COLOR: '1' })
  while (!shown.output.includes('ready')) await sleep(50)
  shown.child.stdin.write('\x03')
  await shown.closed
  assert.match(shown.output, /interrupted 1\r\n[^]*ended with 0/)
})

test('--on-port: the load runs when the app listens, and the app is ended after it', { skip: !unix }, async (t) => {
  const { folder, path } = app(t, "require('node:http').createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1')")
  const load = join(folder, 'load.js')
  fs.writeFileSync(load, `
    require('node:http').get(process.env.URL.replace('localhost', '127.0.0.1'), (response) => {
      console.error('answered', response.statusCode, process.env.URL.endsWith(':' + process.env.PORT), process.env.LEAKGUARD_RUN ?? 'not watched')
      response.resume()
    })`)
  const { code, stdout, stderr } = await run(['--no-html', '--json', '--on-port', `"${process.execPath}" "${load}"`, '--', process.execPath, path])
  assert.match(stderr, /^answered 200 true not watched$/m)
  assert.equal(code, 0, stderr)
  const told = JSON.parse(stdout)
  assert.equal(told.load.code, 0)
  assert.equal(told.signal, 'SIGINT')
  const failed = await run(['--no-html', '--on-port', 'exit 9', path])
  assert.equal(failed.code, 3)
  assert.match(failed.stdout, /The load ended with 9/)
  const deaf = app(t, '')
  const never = await run(['--no-html', '--on-port', 'true', deaf.path])
  assert.equal(never.code, 3)
  assert.match(never.stdout, /had not listened on a port/)
})

test('out of memory: told from the recorder, with the code of the app', { skip: process.platform !== 'linux', timeout: 300_000 }, async (t) => {
  const { path } = app(t, `
    const kept = []
    setInterval(() => { for (let n = 0; n < 2000; n++) kept.push({ n, text: ['a', n] }) }, 5)`)
  const env = { LEAKGUARD_ON_HEAP_LIMIT: 'none', LEAKGUARD_INTERVAL: '20ms' }
  const { code, stdout } = await run(['--no-html', '--json', '--', process.execPath, '--max-old-space-size=50', path], { env })
  assert.equal(code, 134)
  const { findings: found, subject } = JSON.parse(stdout)
  assert.equal(subject.ending.how, 'cut')
  assert.ok(found.some(({ kind, leak }) => leak && (kind === 'out-of-memory' || kind === 'leak')), JSON.stringify(found))
})

test('what cannot be run', async () => {
  const none = await run([])
  assert.equal(none.code, 2)
  assert.match(none.stderr, /run takes the command that starts the app/)
  const missing = await run(['--no-html', '--', 'there-is-no-such-program'])
  assert.equal(missing.code, 3)
  assert.match(missing.stderr, /ERR_LEAKGUARD_IO: cannot start there-is-no-such-program/)
  if (!unix) return
  const other = await run(['--no-html', '--', 'true'])
  assert.equal(other.code, 3)
  assert.match(other.stdout, /Nothing was watched/)
  const pageless = await run(['--html', '/nowhere/at/all.html', '--', process.execPath, '-e', ''])
  assert.equal(pageless.code, 3)
  assert.match(pageless.stderr, /^leakguard: ERR_LEAKGUARD_IO: cannot write [^\n]+\n$/)
  assert.match(pageless.stdout, /leakguard run: [^]*Too short to tell/, 'what was seen is told all the same')
  const both = await run(['--no-html', '--html', 'x.html', 'true'])
  assert.equal(both.code, 2)
})

// The judgement and its page, over what processes have told.

const START = Date.UTC(2026, 0, 2, 3, 4, 5)
const MB = 1e6

function watched(about = {}) {
  const readings = Array.from({ length: 40 }, (_, n) => ({ time: START + n * 500, heapUsed: (10 + n) * MB, external: MB, heapLimit: 4e9, markCompact: true }))
  const samples = Array.from({ length: 20 }, (_, n) => ({ time: START + n * 1000, heapUsed: (12 + n * 2) * MB, rss: (60 + n * 2) * MB, heapLimit: 4e9, loopDelay: { max: 12 }, gc: { count: 2, time: 4 } }))
  return {
    pid: 4711,
    thread: 0,
    script: '/app/server.js',
    node: 'v24.0.0',
    began: START,
    ended: START + 20_000,
    leaks: [],
    suspects: [],
    readings,
    samples,
    resources: { timers: { live: 3, sites: [{ type: 'setInterval', delay: 20, live: 3, added: 3, function: 'poll', file: '/app/poll.js', line: 7 }] } },
    gc: { count: 40, ms: 80, share: 0.004 },
    loop: { max: 12, time: START + 5000 },
    ...about,
  }
}

const SUSPECT = {
  name: 'leakedArray',
  type: 'Array of Object',
  location: { file: '/app/server.js', line: 8, column: 7 },
  path: [{ edge: '', name: 'global', type: 'root' }, { edge: 'handler', name: 'onRequest()', type: 'closure' }, { edge: 'context', name: 'scope', type: '' }, { edge: 'leakedArray', name: 'Array', type: 'array' }, { edge: '[]', name: 'Object', type: 'object' }],
  count: 44_040,
  countDelta: 37_355,
  retainedSize: 29.6 * MB,
  retainedDelta: 25.1 * MB,
  advice: 'Find what adds Object to leakedArray and never removes it: bound it, or expire entries.',
  text: 'leakedArray (server.js:8), Array of Object, +37,355 objects',
}
const LEAK = {
  kind: 'heap',
  suspects: [SUSPECT],
  growthBytes: 30 * MB,
  bytesPerHour: 5.4e9,
  text: 'leakedArray (server.js:8), Array of Object, +37,355 objects. Leak: the heap +30.0 MB, 5.4 GB/h.',
  allocations: [{ share: 0.87, function: 'onRequest', file: '/app/server.js', line: 12 }],
}

const kinds = (process, end = { code: 0 }) => findings(process, end).map(({ kind }) => kind)

test('the judgement of a run', () => {
  assert.deepEqual(kinds(watched()), ['no-leak'])
  assert.deepEqual(kinds(watched({ readings: [] })), ['too-short'])
  assert.deepEqual(kinds(watched({ verdict: { state: 'watching', reason: 'no growth yet' } })), ['too-short'], 'what has not been judged is not clean')
  assert.deepEqual(kinds(watched({ verdict: { state: 'quiet', reason: 'it does not grow' } })), ['no-leak'])
  assert.deepEqual(kinds(watched({ leaks: [LEAK] })), ['leak'])
  const recovered = { ...LEAK, recovered: true, time: START + 10_000 }
  assert.deepEqual(kinds(watched({ leaks: [recovered] })), ['leak'], 'it grows no longer, as when the load ends, and holds what it has')
  const freed = watched().readings.map((reading, n) => (n > 30 ? { ...reading, heapUsed: 5 * MB } : reading))
  assert.deepEqual(kinds(watched({ leaks: [recovered], readings: freed })), ['no-leak'], 'what was given back')
  assert.deepEqual(kinds(watched({ leaks: [{ ...LEAK, kind: 'native', suspects: [], reason: 'the RSS grows' }] })), ['native-growth'])
  assert.deepEqual(kinds(watched({ leaks: [{ ...LEAK, kind: 'native', suspects: [], fingerprint: 'native' }, LEAK] })), ['leak', 'native-growth'], 'what has a name first')
  assert.deepEqual(kinds(watched({ verdict: { state: 'suspicious', reason: 'it grew', bytesPerHour: 1e9 } })), ['suspicion'])
  assert.deepEqual(kinds(watched({ gc: { count: 900, ms: 6000, share: 0.3 } })), ['gc-pressure'])
  assert.deepEqual(kinds(watched({ loop: { max: 3000, time: START } })), ['blocked-loop'])
  assert.deepEqual(kinds(watched({ gc: { count: 900, ms: 6000, share: 0.3 }, leaks: [LEAK] })), ['leak', 'gc-pressure'], 'the worst comes first')
  assert.deepEqual(kinds(watched({ crash: 'Error: no' }), { code: 1 }), ['crash', 'no-leak'])
  const full = { ending: { how: 'cut', nearest: { limit: 'heap', used: 95, size: 100, share: 0.95, likely: true } } }
  assert.deepEqual(kinds(watched(full), { signal: 'SIGABRT' }), ['out-of-memory'])
  assert.deepEqual(kinds(watched({ ending: { how: 'cut' } }), { signal: 'SIGABRT' }), ['crash', 'no-leak'], 'aborted for another reason')
})

for (const columns of [40, 80]) {
  test(`the page of a run on a terminal of ${columns} columns`, () => {
    const process = watched({ leaks: [LEAK], gc: { count: 900, ms: 6000, share: 0.3 } })
    const others = [watched({ pid: 4712, thread: 1, script: '/app/worker.js' })]
    const run = { command: ['node', 'server.js'], ending: 'ended by SIGINT', subject: process, others, findings: findings(process, { signal: 'SIGINT' }), lastedMs: 20_000, html: '/app/leakguard-run.html' }
    const text = runText(run, { stream: { columns } })
    assert.deepEqual(text.split('\n').filter((line) => line.length > columns), [])
    equalsText(text, join(root, '__test__', 'goldens', `run-${columns}.txt`))
  })
}

test('what a killed run left goes when the next one begins, and what a living one uses stays', { skip: !unix }, async (t) => {
  const env = { TMPDIR: folderFor(t) }
  const { path } = app(t, "console.error('runs ' + process.pid); setInterval(() => {}, 1000)")
  const pids = () => fs.readdirSync(env.TMPDIR).map((name) => Number(/^leakguard-run-[0-9a-f]{8}-(\d+)-/.exec(name)[1]))
  /** A run, when its app runs: `{ child, app, ended }`. */
  const started = () =>
    new Promise((resolve) => {
      const ended = run(['--no-html', '--', process.execPath, path], {
        env,
        heard({ stderr }, child) {
          const [, app] = /runs (\d+)/.exec(stderr) ?? []
          if (!app) return
          t.after(() => child.kill('SIGINT'))
          resolve({ child, app: Number(app), ended })
        },
      })
    })
  const living = await started()
  const killed = await started()
  killed.child.kill('SIGKILL')
  process.kill(killed.app, 'SIGKILL') // which nobody looks after any more
  await killed.ended
  assert.deepEqual(pids().sort(), [living.child.pid, killed.child.pid].sort())
  assert.equal((await run(['--no-html', '--', process.execPath, '-e', '0'], { env })).signal, null)
  assert.deepEqual(pids(), [living.child.pid])
  living.child.kill('SIGINT')
  await living.ended
  assert.deepEqual(pids(), [])
})
