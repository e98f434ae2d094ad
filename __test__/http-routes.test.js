'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const http = require('node:http')
const { join } = require('node:path')
const { Readable } = require('node:stream')
const leakguard = require('leakguard')
const { served, until, OWN } = require('./support/endpoint.js')
const { program } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

const leakedArray = Array.from({ length: 20_000 }, (_, index) => ({ date: new Date(index), url: `/product/${index}` }))
// Not written down in one piece: the source is in the heap too.
const SECRET = ['planted', 'secret', process.pid, Math.random()].join('-')
globalThis.passwordOfThisTest = { password: SECRET }
globalThis.leakOfThisTest = () => leakedArray.length

test('what is known without looking at the heap: stats, series, leaks, listeners', async (t) => {
  const watchdog = leakguard.watch({ interval: '50ms' })
  t.after(() => watchdog.stop())
  const { ask } = await served(t, { watchdog })
  const { json: stats } = await ask('GET', '/heap/stats')
  assert.equal(stats.process.pid, process.pid)
  assert.ok(stats.sample.heapUsed > 0 && stats.estimate.memoryBytes > 0)
  await until(() => watchdog.samples().length >= 3, 'readings')
  const { json: series } = await ask('GET', '/heap/series')
  assert.ok(series.readings.length >= 3 && series.readings[0].heapUsed > 0)
  const since = series.readings.at(-1).time
  const later = (await ask('GET', `/heap/series?since=${since}`)).json
  assert.ok(later.readings.every(({ time }) => time > since))
  watchdog.emit('leak', { kind: 'heap', text: 'first', suspects: [] })
  watchdog.emit('leak', { kind: 'heap', text: 'second', suspects: [] })
  watchdog.emit('recovered', { time: 5 })
  const { leaks } = (await ask('GET', '/heap/leaks')).json
  assert.deepEqual(leaks.map(({ text, recoveredAt }) => [text, recoveredAt]), [['second', 5], ['first', 5]])
  for (const name of ['listeners', 'timers', 'handles']) {
    const { json } = await ask('GET', `/heap/${name}`)
    assert.equal(json.tracked, false)
    assert.match(json.how, /track: true/)
  }
})

test('a snapshot: sent, and read by analyze; compressed; the app can ask for nothing else meanwhile', async (t) => {
  const { port, ask } = await served(t, {})
  const headers = { ...OWN, Host: `127.0.0.1:${port}` }
  const { status, headers: answered, bytes } = await ask('POST', '/heap/snapshot', { headers })
  assert.equal(status, 200)
  assert.match(answered['content-disposition'], /^attachment; filename="leakguard-[\w.-]+\.heapsnapshot"$/)
  const { suspects } = await leakguard.analyze(Readable.from([bytes]))
  assert.ok(suspects.some(({ name }) => /leakedArray/.test(name)), JSON.stringify(suspects.map(({ name }) => name)))
  const packed = await ask('POST', '/heap/snapshot?compress=gzip', { headers: { ...headers, Range: 'bytes=0-9', 'Content-Type': 'application/json' }, body: '{}' })
  assert.equal(packed.status, 200)
  assert.equal(packed.headers['content-type'], 'application/gzip')
  assert.ok(packed.bytes.length < bytes.length / 2)
  assert.equal((await leakguard.analyze(Readable.from([packed.bytes]))).suspects.length > 0, true)
})

test('a census, with progress as events; and what cannot be done says so', async (t) => {
  const { ask, port } = await served(t, {})
  const events = listen(port)
  t.after(events.end)
  await until(() => events.text.includes('event: sample'), 'a first sample')
  const { status, json } = await ask('POST', '/heap/census?top=5', { headers: OWN })
  assert.equal(status, 200)
  assert.equal(json.classes.length, 5)
  assert.ok(json.suspects.some(({ name }) => /leakedArray/.test(name)))
  assert.match(json.strings[0].value, /[^]/)
  await until(() => /event: progress\ndata: \{"kind":"census"/.test(events.text), 'progress')
  const folded = (await ask('POST', '/heap/census?kind=folded&top=3', { headers: OWN })).json
  assert.ok(folded.largest.length <= 3 && folded.largest.some(({ name }) => /leakedArray/.test(name)), JSON.stringify(folded.largest))
  const light = (await ask('POST', '/heap/census?kind=light&top=3', { headers: OWN })).json
  assert.equal(light.classes.length, 3)
  const collected = await ask('POST', '/heap/gc', { headers: OWN })
  assert.equal(collected.status, 200)
  assert.ok(collected.json.pauseMs > 0)
  assert.equal((await ask('GET', '/heap/snapshots')).status, process.env.LEAKGUARD_DIR ? 200 : 501)
})

test('what grows between looks, with progress as events', async (t) => {
  const { ask, port } = await served(t, {})
  const events = listen(port)
  t.after(events.end)
  await until(() => events.text.includes('event: sample'), 'a first sample')
  const timer = setInterval(() => {
    for (let nth = 0; nth < 500; nth++) leakedArray.push({ date: new Date(nth), url: `/product/${nth}` })
  }, 20)
  const { status, json } = await ask('POST', '/heap/growth?rounds=2&interval=500ms', { headers: OWN })
  clearInterval(timer)
  assert.equal(status, 200)
  assert.equal(json.looks, 2)
  assert.ok(json.suspects.some(({ name }) => /leakedArray/.test(name)), JSON.stringify(json.suspects.map(({ text }) => text)))
  assert.match(events.text, /event: progress\ndata: \{"kind":"growth","look":2,"looks":2/)
})

test('redact: always keeps the texts of a heap here', async (t) => {
  const snapshotDir = folderFor(t)
  const { ask } = await served(t, { redact: 'always', snapshotDir })
  const { json } = await ask('POST', '/heap/census?top=20', { headers: OWN })
  assert.ok(json.strings.length > 0)
  for (const { value } of json.strings) assert.match(value, /^\(\d+ characters\)$/)
  const { status, bytes } = await ask('POST', '/heap/snapshot', { headers: OWN })
  assert.equal(status, 200)
  assert.ok(!bytes.includes(SECRET) && bytes.includes('[redacted '))
  assert.ok((await leakguard.analyze(Readable.from([bytes]))).suspects.some(({ name }) => /leakedArray/.test(name)))
  // Written by somebody who did not redact
  await leakguard.writeSnapshot(join(snapshotDir, 'plain.heapsnapshot.gz'), { compress: 'gzip', priority: 'normal' })
  const fetched = await ask('GET', '/heap/snapshots/plain.heapsnapshot.gz')
  assert.equal(fetched.status, 200)
  assert.match(fetched.headers['content-disposition'], /"plain\.heapsnapshot"/)
  assert.ok(!fetched.bytes.includes(SECRET) && fetched.bytes.includes('[redacted '))
})

test("the server's folder: written into, listed, fetched, removed, bounded; and no way out of it", async (t) => {
  const folder = folderFor(t)
  const snapshotDir = join(folder, 'heaps')
  const { ask } = await served(t, { snapshotDir, keep: 2 })
  assert.deepEqual((await ask('GET', '/heap/snapshots')).json, { snapshots: [] })
  fs.mkdirSync(snapshotDir)
  fs.writeFileSync(join(folder, 'secret.heapsnapshot'), 'secret')
  fs.symlinkSync(join(folder, 'secret.heapsnapshot'), join(snapshotDir, 'link.heapsnapshot'))
  fs.writeFileSync(join(snapshotDir, '.hidden.heapsnapshot'), 'secret')
  fs.writeFileSync(join(snapshotDir, 'other.txt'), 'secret')
  fs.mkdirSync(join(snapshotDir, 'folder.heapsnapshot'))
  for (const nth of [1, 2, 3]) fs.writeFileSync(join(snapshotDir, `leakguard-http-2020-01-0${nth}.heapsnapshot`), '{}')
  const made = await ask('POST', '/heap/snapshot?to=folder&compress=gzip', { headers: OWN })
  assert.equal(made.status, 201)
  const { name, bytes } = made.json
  assert.ok(!made.body.includes(snapshotDir))
  assert.equal(fs.statSync(join(snapshotDir, name)).mode & 0o777, 0o600)
  const { snapshots } = (await ask('GET', '/heap/snapshots')).json
  assert.equal(snapshots.length, 2)
  assert.equal(snapshots[0].name, name)
  const fetched = await ask('GET', `/heap/snapshots/${name}`)
  assert.equal(fetched.status, 200)
  assert.equal(fetched.bytes.length, bytes)
  const head = await ask('HEAD', `/heap/snapshots/${name}`)
  assert.equal(head.headers['content-length'], String(bytes))
  const out = ['../secret.heapsnapshot', '..%2fsecret.heapsnapshot', '%2e%2e/secret.heapsnapshot', '%2e%2e%2fsecret.heapsnapshot', 'link.heapsnapshot', '.hidden.heapsnapshot', 'other.txt', 'folder.heapsnapshot', '..', '.', '', 'a%00.heapsnapshot', `${name}/`, '../../etc/passwd', '..\\secret.heapsnapshot', `/${join(folder, 'secret.heapsnapshot')}`]
  for (const path of out) {
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      const { status, body } = await ask(method, `/heap/snapshots/${path}`, { headers: OWN })
      assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`)
      assert.ok(!body.includes('secret\n') && body !== 'secret')
    }
  }
  assert.equal((await ask('DELETE', `/heap/snapshots/${name}`, { headers: OWN })).status, 204)
  assert.equal((await ask('GET', `/heap/snapshots/${name}`)).status, 404)
  assert.ok(fs.existsSync(join(folder, 'secret.heapsnapshot')) && fs.existsSync(join(snapshotDir, 'link.heapsnapshot')))
})

test('a stored snapshot in parts', async (t) => {
  const snapshotDir = folderFor(t)
  const content = 'abcdefghij'
  fs.writeFileSync(join(snapshotDir, 'a.heapsnapshot'), content)
  fs.writeFileSync(join(snapshotDir, 'empty.heapsnapshot'), '')
  const { ask } = await served(t, { snapshotDir })
  const part = async (Range, headers) => (await ask('GET', '/heap/snapshots/a.heapsnapshot', { headers: { ...(Range && { Range }), ...headers } }))
  const whole = await part()
  assert.deepEqual([whole.status, whole.body, whole.headers['accept-ranges']], [200, content, 'bytes'])
  const { etag } = whole.headers
  for (const [range, expected] of [['bytes=0-1', 'ab'], ['bytes=4-', 'efghij'], ['bytes=-3', 'hij'], ['bytes=-99', content], ['bytes=9-99', 'j'], ['BYTES=2-2', 'c']]) {
    const { status, body, headers } = await part(range)
    assert.deepEqual([status, body, headers['content-length']], [206, expected, String(expected.length)], range)
    const start = content.indexOf(expected)
    assert.equal(headers['content-range'], `bytes ${start}-${start + expected.length - 1}/10`)
  }
  for (const range of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) {
    const { status, headers } = await part(range)
    assert.deepEqual([status, headers['content-range']], [416, 'bytes */10'], range)
  }
  for (const range of ['bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=x-y', `bytes=${'9'.repeat(99)}-`]) assert.equal((await part(range)).status, 200, range)
  assert.equal((await part('bytes=0-1', { 'If-Range': etag })).status, 206)
  assert.equal((await part('bytes=0-1', { 'If-Range': '"another"' })).body, content)
  const head = await ask('HEAD', '/heap/snapshots/a.heapsnapshot', { headers: { Range: 'bytes=0-1' } })
  assert.deepEqual([head.status, head.headers['content-length'], head.headers.etag], [200, '10', etag])
  const empty = await ask('GET', '/heap/snapshots/empty.heapsnapshot')
  assert.deepEqual([empty.status, empty.body], [200, ''])
  assert.equal((await ask('GET', '/heap/snapshots/empty.heapsnapshot', { headers: { Range: 'bytes=0-' } })).status, 416)
  fs.appendFileSync(join(snapshotDir, 'a.heapsnapshot'), 'more')
  assert.equal((await part('bytes=0-1', { 'If-Range': etag })).body, `${content}more`, 'of another content all comes')
})

test('a reader that stalls holds no file for ever, and readers have a limit', { skip: process.platform !== 'linux' }, async (t) => {
  const snapshotDir = folderFor(t)
  const path = join(snapshotDir, 'large.heapsnapshot')
  fs.writeFileSync(path, '')
  fs.truncateSync(path, 2 ** 28) // a hole: more than the buffers of any connection
  const opened = () => fs.readdirSync('/proc/self/fd').filter((fd) => {
    try { return fs.readlinkSync(`/proc/self/fd/${fd}`) === path } catch { return false }
  }).length
  const stalled = (port) => new Promise((resolve, reject) => {
    const request = http.get({ port, host: '127.0.0.1', path: '/heap/snapshots/large.heapsnapshot', agent: false }, resolve) // never read
    request.on('error', reject)
  })
  const patient = await served(t, { snapshotDir })
  const readers = []
  for (let nth = 0; nth < 8; nth++) readers.push(await stalled(patient.port))
  assert.ok(readers.every(({ statusCode }) => statusCode === 200))
  const { status, headers } = await patient.ask('GET', '/heap/snapshots/large.heapsnapshot')
  assert.equal(status, 503)
  assert.ok(Number(headers['retry-after']) > 0)
  assert.equal(opened(), 8)
  for (const reader of readers) reader.on('error', () => {}).destroy()
  await until(() => opened() === 0, 'the files of those that went')
  const { port } = await served(t, { snapshotDir, stall: '200ms' })
  const reader = await stalled(port)
  await until(() => opened() === 0, 'the file of the one that stalls')
  let failure
  reader.on('error', (error) => (failure = error)).resume()
  await until(() => failure !== undefined, 'the end of its connection')
  assert.equal(failure.code, 'ECONNRESET', 'what it had is no whole file')
})

test('a link works once, without the token, for who was given it', async (t) => {
  const TOKEN = 'the-token-of-this-very-test'
  const snapshotDir = folderFor(t)
  fs.writeFileSync(join(snapshotDir, 'a.heapsnapshot'), 'abc')
  const { ask } = await served(t, { token: TOKEN, snapshotDir })
  const headers = { ...OWN, Authorization: `Bearer ${TOKEN}` }
  assert.equal((await ask('POST', '/heap/links', { headers: OWN })).status, 401)
  assert.equal((await ask('POST', '/heap/links', { headers: { Authorization: headers.Authorization } })).status, 403)
  const made = await ask('POST', '/heap/links?name=a.heapsnapshot', { headers })
  assert.equal(made.status, 201)
  const { link, path } = made.json
  const outcome = async (name) => (await ask('GET', `/heap/links/${name}/outcome`, { headers })).json
  assert.ok(!path.includes(TOKEN) && link.length >= 43)
  assert.equal((await ask('GET', `/heap/links/${link}/outcome`)).status, 401)
  assert.equal((await ask('DELETE', `/heap/links/${link}`, { headers: OWN })).status, 401)
  assert.equal((await ask('HEAD', `/heap/${path}`)).headers['content-length'], '3')
  assert.deepEqual(await outcome(link), { state: 'waiting', bytes: 0 })
  const followed = await ask('GET', `/heap/${path}`)
  assert.deepEqual([followed.status, followed.body], [200, 'abc'])
  assert.match(followed.headers['content-disposition'], /filename="a\.heapsnapshot"/)
  await until(async () => (await outcome(link)).state === 'done', 'its outcome')
  assert.equal((await outcome(link)).bytes, 3)
  assert.equal((await ask('GET', `/heap/${path}`)).status, 410)
  for (const again of ['links/x', `links/${link}x`, 'links/__proto__']) assert.equal((await ask('GET', `/heap/${again}`)).status, 404, again)
  // One that captures, and one that cannot be served
  const captured = await ask('GET', `/heap/${(await ask('POST', '/heap/links?compress=gzip', { headers })).json.path}`)
  assert.equal(captured.status, 200)
  assert.ok((await leakguard.analyze(Readable.from([captured.bytes]))).nodeCount > 1000)
  assert.equal((await ask('POST', '/heap/links?name=none.heapsnapshot', { headers })).status, 404)
  fs.writeFileSync(join(snapshotDir, 'soon-gone.heapsnapshot'), 'abc')
  const nothing = (await ask('POST', '/heap/links?name=soon-gone.heapsnapshot', { headers })).json
  fs.rmSync(join(snapshotDir, 'soon-gone.heapsnapshot'))
  assert.equal((await ask('GET', `/heap/${nothing.path}`)).status, 404)
  assert.match((await outcome(nothing.link)).error.message, /no snapshot of that name/)
  const revoked = (await ask('POST', '/heap/links?name=a.heapsnapshot', { headers })).json
  assert.equal((await ask('DELETE', `/heap/${revoked.path}`, { headers })).status, 204)
  assert.equal((await ask('GET', `/heap/${revoked.path}`)).status, 404)
  // Who makes many has the last ones
  const many = []
  for (let nth = 0; nth < 40; nth++) many.push((await ask('POST', '/heap/links?name=a.heapsnapshot', { headers })).json.path)
  assert.equal((await ask('GET', `/heap/${many[0]}`)).status, 404)
  assert.equal((await ask('GET', `/heap/${many.at(-1)}`)).status, 200)
})

test('methods, bodies and parameters that are wrong', async (t) => {
  const { ask } = await served(t, {})
  const status = async (method, path, options) => (await ask(method, path, options)).status
  const wrong = await ask('DELETE', '/heap/stats')
  assert.equal(wrong.status, 405)
  assert.equal(wrong.headers.allow, 'GET, HEAD, OPTIONS')
  assert.equal((await ask('GET', '/heap/snapshot')).headers.allow, 'POST, OPTIONS')
  const options = await ask('OPTIONS', '/heap/snapshots/a.heapsnapshot')
  assert.equal(options.status, 204)
  assert.equal(options.headers.allow, 'GET, DELETE, HEAD, OPTIONS')
  const head = await ask('HEAD', '/heap/stats')
  assert.deepEqual([head.status, head.body], [200, ''])
  assert.ok(Number(head.headers['content-length']) > 100)
  for (const path of ['nothing', 'stats/', 'STATS', '%73tats', '.', 'assets/../stats', 'assets/uplot.js/x', 'assets/index.html', '__proto__', 'constructor']) {
    assert.equal(await status('GET', `/heap/${path}`), 404, path)
  }
  for (const query of ['x=1', '__proto__=1', 'since=-1', 'since=1e9', 'since=1&since=2', 'since=%00']) assert.equal(await status('GET', `/heap/series?${query}`), 400, query)
  for (const query of ['rounds=1', 'rounds=999', 'interval=1', 'interval=9h', 'interval=x', 'rounds=0x3']) {
    assert.equal(await status('POST', `/heap/growth?${query}`, { headers: OWN }), 400, query)
  }
  for (const query of ['compress=br', 'redact=yes', 'to=/etc', 'to=folder&to=client']) assert.equal(await status('POST', `/heap/snapshot?${query}`, { headers: OWN }), 400, query)
  assert.equal(await status('POST', '/heap/gc', { headers: { ...OWN, 'Content-Encoding': 'gzip' }, body: 'x' }), 415)
  assert.equal(await status('POST', '/heap/gc', { headers: OWN, body: 'x'.repeat(16 * 1024 + 1) }), 413)
  assert.equal(await status('POST', '/heap/gc', { headers: { ...OWN, 'Transfer-Encoding': 'chunked' }, body: 'x'.repeat(100_000) }), 413)
  assert.equal(await status('POST', '/heap/gc', { headers: OWN, body: '{"compress":"gzip"}' }), 400)
})

test('a hundred at once: one is served, the others are told to wait; and so many a minute', async (t) => {
  let go
  const beforeCapture = () => new Promise((resolve) => (go = resolve))
  const { ask } = await served(t, { rate: 2, beforeCapture })
  const asked = Array.from({ length: 100 }, () => ask('POST', '/heap/gc', { headers: OWN }))
  const refused = []
  for (const answer of asked) answer.then((answer) => refused.push(answer))
  await until(() => refused.length === 99, 'answers to all but one')
  for (const { status, headers } of refused) {
    assert.equal(status, 409)
    assert.ok(Number(headers['retry-after']) > 0)
  }
  assert.equal((await ask('GET', '/heap/stats')).json.busy, 'gc')
  go()
  assert.equal((await Promise.all(asked)).filter(({ status }) => status === 200).length, 1)
  const second = ask('POST', '/heap/gc', { headers: OWN })
  go = undefined
  await until(() => go !== undefined, 'the second one')
  go()
  assert.equal((await second).status, 200)
  const { status, json } = await ask('POST', '/heap/gc', { headers: OWN })
  assert.equal(status, 429)
  assert.match(json.error.message, /a minute/)
})

test('beforeCapture may refuse, and say why', async (t) => {
  const kinds = []
  const answers = [false, new Error('another pod captures'), undefined]
  const beforeCapture = async ({ kind }) => {
    kinds.push(kind)
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer
  }
  const { ask } = await served(t, { beforeCapture })
  assert.equal((await ask('POST', '/heap/snapshot', { headers: OWN })).status, 403)
  const { status, json } = await ask('POST', '/heap/census', { headers: OWN })
  assert.equal(status, 403)
  assert.match(json.error.message, /another pod captures/)
  assert.equal((await ask('POST', '/heap/gc', { headers: OWN })).status, 200)
  assert.deepEqual(kinds, ['snapshot', 'census', 'gc'])
})

test('a client that goes half-way, and one that does not read, leave nothing', { skip: !leakguard.capabilities().twin }, async () => {
  // In a process of its own, whose heap is larger than the buffers of a connection.
  const { before, after, gone, slow, stalled, served } = await program(`
    const http = require('node:http')
    const fs = require('node:fs')
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
    const children = () => fs.readdirSync('/proc/self/task').flatMap((task) => {
      try { return fs.readFileSync('/proc/self/task/' + task + '/children', 'utf8').match(/\\d+/g) ?? [] } catch { return [] }
    })
    const kept = Array.from({ length: 60_000 }, (_, nth) => ({ date: new Date(nth), url: '/product/' + nth }))
    const { handler } = require('leakguard/http')
    let handle = handler({ priority: 'normal' })
    const server = http.createServer((req, res) => handle(req, res)).listen(0, '127.0.0.1', async () => {
      const { port } = server.address()
      const inventory = () => ({ children: children().length, listeners: process.eventNames().flatMap((name) => process.listeners(name)).length })
      const ask = (method, path) => new Promise((resolve, reject) => {
        const request = http.request({ port, host: '127.0.0.1', method, path, agent: false, headers: { 'X-Leakguard': '1' } }, resolve).on('error', reject).end()
      })
      const busy = async () => { let text = ''; for await (const chunk of await ask('GET', '/stats')) text += chunk; return JSON.parse(text).busy }
      const idle = async () => { for (let nth = 0; nth < 3000 && (await busy() || children().length > 0); nth++) await sleep(20); return (await busy()) === undefined && children().length === 0 }
      await busy()
      const before = inventory()
      const half = await ask('POST', '/snapshot')
      half.once('data', () => half.destroy()).on('error', () => {})
      const gone = await idle()
      const unread = await ask('POST', '/snapshot') // paused: nothing takes it
      let served = 0
      for (let nth = 0; nth < 20; nth++) if (await busy() === 'snapshot') served++
      unread.destroy()
      const slow = await idle()
      handle.close()
      handle = handler({ priority: 'normal', stall: '200ms' })
      const cut = await ask('POST', '/snapshot') // stays, and takes nothing
      cut.on('error', () => {})
      const stalled = await idle()
      cut.destroy()
      const after = inventory()
      handle.close(); server.close(); server.closeAllConnections()
      console.log(JSON.stringify({ before, after, gone, slow, stalled, served, kept: kept.length }))
    })`)
  assert.equal(gone, true)
  assert.equal(slow, true)
  assert.equal(stalled, true, 'one that takes nothing is cut off')
  assert.equal(served, 20, 'others are answered meanwhile')
  assert.deepEqual(after, before)
})

test('events: readings while somebody looks, a limit of clients, and room again when one leaves', async (t) => {
  const watchdog = leakguard.watch()
  t.after(() => watchdog.stop())
  const { port, ask } = await served(t, { watchdog, clients: 2 })
  const first = listen(port)
  const second = listen(port)
  await until(() => first.text.includes('event: sample') && second.text.includes('event: sample'), 'samples')
  assert.match(first.headers['content-type'], /^text\/event-stream/)
  assert.match(first.headers['cache-control'], /no-transform/)
  assert.equal(first.headers['x-accel-buffering'], 'no')
  assert.equal((await ask('GET', '/heap/events')).status, 503)
  watchdog.emit('leak', { text: 'a line\nand another' })
  await until(() => first.text.includes('event: leak\ndata: {"text":"a line\\nand another"}\n\n'), 'the leak')
  first.end()
  await until(async () => (await ask('GET', '/heap/stats')).json.clients === 1, 'one client less')
  const third = listen(port)
  await until(() => third.text.includes('event: '), 'a third client')
  second.end()
  third.end()
  assert.equal((await ask('HEAD', '/heap/events')).status, 200)
})

test('the description is true: what it lists is answered as it says, and nothing else is there', async (t) => {
  // A search for growth takes its intervals: it is refused here, and tested above.
  const beforeCapture = ({ kind }) => kind !== 'growth'
  const { ask } = await served(t, { snapshotDir: folderFor(t), rate: 1000, beforeCapture })
  const { json: api } = await ask('GET', '/heap/openapi.json')
  assert.equal(api.openapi, '3.1.0')
  const schema = api.components.schemas.Failure
  assert.deepEqual(schema.required, ['error'])
  for (const [path, operations] of Object.entries(api.paths)) {
    const real = `/heap${path.replace('{file}', 'page.css').replace('{name}', 'none.heapsnapshot').replace('{link}', 'none')}`
    const methods = Object.keys(operations).map((name) => name.toUpperCase())
    const { headers } = await ask('OPTIONS', real)
    assert.deepEqual(headers.allow.split(', ').filter((name) => name !== 'HEAD' && name !== 'OPTIONS'), methods)
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      if (!methods.includes(method)) assert.equal((await ask(method, real)).status, 405, `${method} ${path}`)
    }
    for (const method of methods) {
      const { responses, parameters } = operations[method.toLowerCase()]
      const headers = parameters.some(({ in: where }) => where === 'header') ? OWN : {}
      const asked = method === 'GET' && path === '/events' ? 'HEAD' : method
      for (const query of ['', '?nothing=1']) {
        const answer = await ask(asked, real + query, { headers })
        const told = responses[answer.status]
        assert.ok(told, `${method} ${path}${query} answered ${answer.status}`)
        const type = answer.headers['content-type']?.split(';')[0]
        if (type) assert.ok(Object.keys(told.content).includes(type), `${method} ${path}: ${type}`)
        if (answer.status >= 400 && type === 'application/json' && asked !== 'HEAD') assert.match(answer.json.error.code, new RegExp(schema.properties.error.properties.code.pattern))
      }
      if (headers !== OWN) continue
      assert.equal((await ask(method, real)).status, 403)
    }
  }
})

test('close leaves nothing, and what is open keeps no process alive', async () => {
  const { before, after } = await program(`
    const { handler, serve } = require('leakguard/http')
    const state = () => ({
      resources: process.getActiveResourcesInfo().filter((type) => !/Pipe|Immediate|Timeout/.test(type)).sort(),
      listeners: process.eventNames().flatMap((name) => process.listeners(name)).length,
    })
    const main = async () => {
      const before = state()
      const first = handler()
      const second = handler({ snapshotDir: '/nowhere' })
      const { close } = await serve()
      await close()
      for (const handle of [first, second, first]) handle.close()
      await new Promise(setImmediate)
      console.log(JSON.stringify({ before, after: state() }))
      handler()
      await serve()
    }
    main()`)
  assert.deepEqual(after, before)
})

/** Listens to events: `{ text, headers, end() }`. */
function listen(port) {
  const heard = { text: '', headers: {}, end: () => request.destroy() }
  const request = http.get({ port, host: '127.0.0.1', path: '/heap/events', agent: false }, (response) => {
    heard.headers = response.headers
    response.setEncoding('utf8').on('data', (chunk) => (heard.text += chunk)).on('error', () => {})
  })
  request.on('error', () => {})
  return heard
}
