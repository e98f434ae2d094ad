'use strict'

// `leakguard view` in a child process, by its API: what it answers, whom, and what is left of it.

const test = require('node:test')
const assert = require('node:assert/strict')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { analyze } = require('leakguard')
const { openInBrowser } = require('../lib/view/browser.js')
const { HeapFile } = require('../lib/view/heap-file.js')
const { node } = require('./support/child.js')
const { ask, raw, until } = require('./support/endpoint.js')
const { folderFor } = require('./support/folder.js')
const { leakySnapshot } = require('./support/snapshot.js')
const { viewer } = require('./support/viewer.js')

const taken = leakySnapshot(test)
let leaky
test.before(async () => (leaky = await taken))

/** A view that has read its files: `{ port, token, get(path), child }`. */
async function opened(t, files, flags) {
  const { url, child, stderr } = await viewer(t, files, flags)
  const [, port, token] = /^http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{43})$/.exec(url)
  const headers = { Authorization: `Bearer ${token}` }
  const get = (path) => ask(port, 'GET', path, { headers })
  await until(async () => (await get('/heaps')).json.heaps.every(({ state }) => state === 'ready' || state === 'failed'), 'all files are read')
  return { port, token, headers, get, child, stderr }
}

test('classes, objects, what holds them: rows, a page at a time', async (t) => {
  const { get } = await opened(t, [leaky.path])
  const { heaps: [about] } = (await get('/heaps')).json
  assert.equal(about.name, 'leaky.heapsnapshot')
  const report = await analyze(leaky.path, { top: 100 })
  assert.equal(about.totalSize, report.totalSize)
  assert.deepEqual((await get('/heaps/0/report')).json, report)

  const { json: classes } = await get('/heaps/0/classes?count=5')
  assert.equal(classes.total, report.classCount)
  assert.deepEqual(classes.rows.map(({ number: _, ...row }) => row), report.classes.slice(0, 5))
  const { json: dates } = await get('/heaps/0/classes?text=dat&order=count')
  const date = dates.rows.find(({ name }) => name === 'Date')
  assert.ok(date.count >= 20_000)
  const { json: members } = await get(`/heaps/0/classes/${date.number}?from=10&count=3`)
  assert.equal(members.total, date.count)
  assert.equal(members.rows.length, 3)

  const { json: found } = await get('/heaps/0/search?text=leakedarray&among=held&count=1')
  const [array] = found.rows
  assert.equal(array.class, 'Array')
  const { json: told } = await get(`/heaps/0/objects/${array.id}`)
  assert.equal(told.retainedSize, array.retainedSize)
  const { json: way } = await get(`/heaps/0/objects/${array.id}/way`)
  assert.match(way.name, /leakedArray$/)
  assert.equal(way.steps.at(-1).id, array.id)
  const { json: retainers } = await get(`/heaps/0/objects/${array.id}/retainers`)
  assert.ok(retainers.rows.some(({ edge, edgeType }) => edge === 'leakedArray' && edgeType === 'context'))
  const { json: contents } = await get(`/heaps/0/objects/${array.id}/contents?order=place&from=100&count=500`)
  assert.ok(contents.total >= 20_000)
  assert.equal(contents.rows.length, 500)
  const { json: dominated } = await get(`/heaps/0/objects/${array.id}/dominated`)
  assert.ok(dominated.total >= 20_000)
  const { json: tree } = await get(`/heaps/0/objects/${array.id}/tree`)
  assert.equal(tree[0].id, array.id)
  assert.ok(tree.some(({ class: kind, count }) => kind === 'Object' && count >= 20_000))
  const { json: texts } = await get('/heaps/0/search?text=/PRODUCT/&among=strings')
  assert.ok(texts.rows.some(({ name }) => name.includes('/product/')))
  assert.ok((await get('/heaps/0/search?text=writeSnapshotSync&among=objects')).json.rows.some(({ type }) => type === 'closure'))
})

test('while it is read, a file tells what is known already', async () => {
  const file = new HeapFile(leaky.path, { readScripts: true })
  assert.equal(file.outline, undefined)
  const seen = []
  await file.read({ onProgress: () => seen.push(file.about) })
  const { totalSize, nodeCount, edgeCount, node, classes } = JSON.parse(file.report)
  const known = seen.findIndex((about) => about.totalSize !== undefined)
  assert.deepEqual([seen[known].state, seen[known].totalSize, seen[known].nodeCount, seen[known].edgeCount, seen[known].node], ['reading', totalSize, nodeCount, edgeCount, node])
  assert.ok(seen.slice(known).every((about) => about.totalSize === totalSize))
  const outline = JSON.parse(file.outline)
  const dates = (rows) => rows.filter(({ name }) => name === 'Date').reduce((sum, { count }) => sum + count, 0)
  assert.equal(dates(outline.classes), dates(classes))
  assert.ok(outline.classes.every(({ size }, at, { [at - 1]: before }) => before === undefined || before.size >= size))
})

test('two files of one process are compared; of two processes they are not', async (t) => {
  const folder = folderFor(t)
  const later = join(folder, 'later.heapsnapshot')
  const [a, b] = ['a', 'b'].map((name) => join(folder, `${name}.heapsnapshot`))
  await node(['-e', `const { writeSnapshotSync } = require('leakguard'); globalThis.kept = []; writeSnapshotSync(${JSON.stringify(a)});
    class Fresh {}; for (let nth = 0; nth < 3000; nth++) kept.push(new Fresh()); writeSnapshotSync(${JSON.stringify(b)})`])
  fs.writeFileSync(later, '{')
  const { get } = await opened(t, [a, b, leaky.path, later])
  const { json } = await get('/heaps/1/diff?since=0')
  assert.equal(json.classes.find(({ name }) => name === 'Fresh').new.count, 3000)
  const unrelated = await get('/heaps/2/diff?since=0')
  assert.equal(unrelated.status, 422)
  assert.equal(unrelated.json.error.code, 'ERR_LEAKGUARD_UNRELATED')
  const { heaps } = (await get('/heaps')).json
  assert.deepEqual(heaps.map(({ state }) => state), ['ready', 'ready', 'ready', 'failed'])
  assert.match(heaps[3].message, /ERR_LEAKGUARD_PARSE/)
  assert.equal((await get('/heaps/3/report')).status, 409)
  assert.equal((await get('/heaps/3/outline')).status, 409)
  assert.deepEqual((await get('/heaps/1/outline')).json.totalSize, heaps[1].totalSize)
})

test('who lacks the secret, or means another machine, gets nothing out of a heap', async (t) => {
  const { port, token, headers } = await opened(t, [leaky.path])
  const paths = ['/heaps', '/heaps/0/report', '/heaps/0/classes', '/heaps/0/objects/1', '/heaps/0/search?text=a', '/nothing']
  for (const path of paths) {
    for (const wrong of [{}, { Authorization: 'Bearer ' }, { Authorization: `Bearer ${token}x` }, { Authorization: `Bearer ${token.slice(1)}` }, { Authorization: `Basic ${token}` }, { Cookie: `token=${token}` }]) {
      const { status, body } = await ask(port, 'GET', path, { headers: wrong })
      assert.equal(status, 401, path)
      assert.ok(!body.includes(token) && !body.includes('leaked'))
    }
    for (const Host of ['evil.example', `localhost.evil.example:${port}`, '10.0.0.1']) {
      const { status, body } = await ask(port, 'GET', path, { headers: { ...headers, Host } })
      assert.equal(status, 404, Host)
      assert.equal(body, 'Not Found\n')
    }
    for (const more of [{ 'X-Forwarded-For': '127.0.0.1' }, { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' }]) assert.equal((await ask(port, 'GET', path, { headers: { ...headers, ...more } })).status, 404)
  }
  assert.equal((await ask(port, 'GET', `/heaps?token=${token}`, { headers })).status, 400)
  assert.match(await raw(port, `GET /heaps HTTP/1.0\r\nAuthorization: Bearer ${token}\r\n\r\n`), /^HTTP\/1.1 404 /)
  for (const path of ['/', '/assets/view.js', '/assets/page.css']) {
    const { status, headers: answered } = await ask(port, 'GET', path)
    assert.equal(status, 200)
    assert.match(answered['content-security-policy'], /default-src 'none'/)
    assert.equal(Object.keys(answered).some((name) => name.startsWith('access-control')), false)
  }
  for (const path of ['/assets/../view.js', '/assets/%2e%2e/routes.js', '/assets/routes.js', '/assets/']) assert.equal((await ask(port, 'GET', path, { headers })).status, 404, path)
})

test('what cannot be asked is refused, and no answer is long', async (t) => {
  const { port, headers, get } = await opened(t, [leaky.path])
  const cases = [
    [404, '/heaps/1/report'], [404, '/heaps/x/report'], [404, '/heaps/-1/report'], [404, '/heaps/0.0/report'], [404, '/heaps/0'],
    [404, '/heaps/0/objects/4294967295'], [404, '/heaps/0/objects/4294967296'], [404, '/heaps/0/objects/x'], [404, '/heaps/0/objects/1e3'],
    [404, '/heaps/0/objects/__proto__/way'], [404, '/heaps/0/classes/4294967295'], [404, '/heaps/constructor/report'],
    [400, '/heaps/0/classes?count=0'], [400, '/heaps/0/classes?count=501'], [400, '/heaps/0/classes?count=99999999999'], [400, '/heaps/0/classes?from=-1'],
    [400, '/heaps/0/classes?from=4294967296'], [400, '/heaps/0/classes?order=id'], [400, '/heaps/0/classes?text='], [400, `/heaps/0/classes?text=${'x'.repeat(501)}`],
    [400, '/heaps/0/classes?count=1&count=2'], [400, '/heaps/0/classes?limit=1'], [400, '/heaps/0/search'], [400, '/heaps/0/search?text=a&among=all'],
    [400, '/heaps/0/diff?top=501'], [404, '/heaps/0/diff?since=7'],
  ]
  for (const [status, path] of cases) {
    const answer = await get(path)
    assert.equal(answer.status, status, `${path}: ${answer.body}`)
    assert.match(answer.json.error.code, /^ERR_LEAKGUARD_/)
  }
  for (const method of ['POST', 'PUT', 'DELETE']) assert.equal((await ask(port, method, '/heaps/0/classes', { headers })).status, 405)
  const { json } = await get('/heaps/0/objects/1/contents?from=4294967295&count=500')
  assert.deepEqual(json.rows, [])
  const long = await get('/heaps/0/search?text=e&among=strings&count=500')
  assert.ok(long.json.rows.length <= 500 && long.bytes.length < 1_000_000)
  assert.equal((await get(`/heaps/0/search?text=${encodeURIComponent('\u0000"\\\ud83d\ude00')}&among=strings`)).status, 200)
  // Clients that go away before the answer leave nothing that others wait for.
  await Promise.all(Array.from({ length: 20 }, () => raw(port, `GET /heaps/0/search?text=e HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${headers.Authorization}\r\n\r\n`, { silence: 1 })))
  assert.equal((await get('/heaps/0/objects/1')).status, 200)
})

test('Ctrl-C and SIGTERM end it, also while it reads; then nobody answers', { skip: process.platform === 'win32' }, async (t) => {
  const { port, child, stderr } = await opened(t, [leaky.path])
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  assert.deepEqual(await ended, [0, null])
  assert.equal(stderr(), '')
  await assert.rejects(ask(port, 'GET', '/'))
  const { child: reading } = await viewer(t, [leaky.path])
  reading.kill('SIGTERM')
  assert.deepEqual(await once(reading, 'exit'), [0, null])
})

test('what cannot be viewed is told at once, or when it was read', async (t) => {
  const folder = folderFor(t)
  const broken = join(folder, 'broken.heapsnapshot')
  fs.writeFileSync(broken, leaky.bytes.subarray(0, 100_000))
  for (const [expected, args, message] of [
    [2, [], /view takes one FILE or more/],
    [2, ['-'], /not standard input/],
    [2, [leaky.path, '--port', '99999'], /"port"/],
    [3, ['missing.heapsnapshot'], /ERR_LEAKGUARD_IO: cannot open missing/],
    [3, ['a.heapprofile'], /is no heap snapshot/],
    [3, [broken], /ERR_LEAKGUARD_PARSE/],
  ]) {
    const { code, stderr } = await node(['bin/leakguard.js', 'view', '--no-open', ...args])
    assert.equal(code, expected, stderr)
    assert.match(stderr, message)
  }
})

test('the browser gets the secret by a file that only its user can read', { skip: process.platform !== 'linux' }, async (t) => {
  const folder = folderFor(t)
  const seen = join(folder, 'seen')
  fs.writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nstat -c '%a %n' "$1" > ${seen}.part; cat "$1" >> ${seen}.part; mv ${seen}.part ${seen}\n`, { mode: 0o755 })
  const path = process.env.PATH
  process.env.PATH = `${folder}:${path}`
  t.after(() => (process.env.PATH = path))
  const remove = openInBrowser('http://127.0.0.1:1/#token=abc', { env: { DISPLAY: ':1' }, platform: 'linux' })
  await until(() => fs.existsSync(seen), 'the browser was started')
  const [, mode, file, content] = /^(\d+) (.*)\n([^]*)$/.exec(fs.readFileSync(seen, 'utf8'))
  assert.equal(mode, '600')
  assert.match(content, /url=http:\/\/127\.0\.0\.1:1\/#token=abc"/)
  remove()
  assert.equal(fs.existsSync(join(file, '..')), false)
  openInBrowser('http://127.0.0.1:1/', { env: {}, platform: 'linux' })() // no desktop: nothing happens
})
