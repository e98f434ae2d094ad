'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { handler, serve } = require('leakguard/http')
const { ask, raw, served, OWN } = require('./support/endpoint.js')

const TOKEN = 'correct horse battery'.replaceAll(' ', '-')
const bearer = { Authorization: `Bearer ${TOKEN}` }

test('without a token: programs of this machine are answered, and nobody else', async (t) => {
  const { port, ask } = await served(t, {})
  const status = async (headers) => (await ask('GET', '/heap/stats', { headers })).status
  for (const host of ['localhost', `127.0.0.1:${port}`, '[::1]:80', 'LOCALHOST:1']) assert.equal(await status({ Host: host }), 200, host)
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', 'evil.example:80@localhost']) {
    assert.equal(await status({ Host: host }), 404, host)
  }
  for (const name of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP', 'X-Forwarded-Host']) assert.equal(await status({ [name]: '127.0.0.1' }), 404, name)
  assert.equal(await status({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }), 404)
  assert.match(await raw(port, 'GET /heap/stats HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n'), /^HTTP\/1.1 404 /)
  assert.match(await raw(port, 'GET /heap/stats HTTP/1.0\r\n\r\n'), /^HTTP\/1.1 404 /)
  assert.match(await raw(port, 'GET /heap/stats HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n'), /^HTTP\/1.1 404 /) // as nginx passes on
})

test('a peer from elsewhere is not made a local one by a header', async (t) => {
  const peer = '203.0.113.7'
  const { ask } = await served(t, {}, (req) => Object.defineProperty(req.socket, 'remoteAddress', { value: peer }))
  for (const headers of [{}, { Host: 'localhost' }, { Host: 'localhost', 'X-Forwarded-For': '127.0.0.1' }]) {
    for (const path of ['/heap', '/heap/', '/heap/stats', '/heap/assets/page.js', '/heap/nothing']) {
      const { status, body } = await ask('GET', path, { headers })
      assert.equal(status, 404)
      assert.equal(body, 'Not Found\n')
    }
  }
})

test('with a token: it opens everything, and without it there is the page alone', async (t) => {
  const { ask, port } = await served(t, { token: TOKEN })
  assert.equal((await ask('GET', '/heap/stats', { headers: bearer })).status, 200)
  assert.equal((await ask('GET', '/heap/stats', { headers: { ...bearer, Host: 'app.example', 'X-Forwarded-For': '203.0.113.7' } })).status, 200)
  assert.match(await raw(port, `GET /heap/stats HTTP/1.0\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`), /^HTTP\/1.1 200 /)
  const wrong = [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Bearer ${TOKEN.toUpperCase()}`, 'Bearer ', 'Bearer', `Basic ${TOKEN}`, TOKEN, `Bearer ${TOKEN} x`, `Bearer ${'x'.repeat(8000)}`]
  for (const headers of [{}, ...wrong.map((Authorization) => ({ Authorization }))]) {
    const { status, headers: answered, body } = await ask('GET', '/heap/stats', { headers })
    assert.equal(status, 401, headers.Authorization)
    assert.match(answered['www-authenticate'], /^Bearer/)
    assert.ok(!body.includes(TOKEN))
  }
  const { json } = await ask('GET', '/heap/openapi.json')
  for (const [path, operations] of Object.entries(json.paths)) {
    for (const [method, { security }] of Object.entries(operations)) {
      const { status } = await ask(method.toUpperCase(), `/heap${path.replace('{file}', 'page.js').replace('{name}', 'a.heapsnapshot')}`, { headers: OWN })
      const open = path === '/links/{link}' ? 404 : 200 // there is no link of that name
      assert.equal(status, security.length === 0 ? open : 401, `${method} ${path}`)
    }
  }
})

test('a token in the URL is refused, the right one too', async (t) => {
  const { ask } = await served(t, { token: TOKEN })
  for (const query of [`token=${TOKEN}`, `access_token=${TOKEN}`, `Token=${TOKEN}`]) {
    for (const headers of [{}, bearer]) {
      const { status, body } = await ask('GET', `/heap/stats?${query}`, { headers })
      assert.equal(status, 400)
      assert.match(body, /logs keep it/)
      assert.ok(!body.includes(TOKEN))
    }
  }
})

test('a token that is too short, or no text, is an error at start', async () => {
  for (const token of ['', 'short', 'x'.repeat(15), 'fifteen and more', 'with\nline end and more', 1234567890123456, null]) {
    assert.throws(() => handler({ token }), (error) => error.code === 'ERR_LEAKGUARD_OPTION' && /"token"/.test(error.message) && !error.message.includes('fifteen'))
  }
  await assert.rejects(serve({ host: '0.0.0.0' }), { code: 'ERR_LEAKGUARD_OPTION' })
  await assert.rejects(serve(5), { code: 'ERR_LEAKGUARD_OPTION' })
  await assert.rejects(serve({ port: 'x' }), { code: 'ERR_LEAKGUARD_OPTION' })
})

test('authorize decides alone, and with a token both do; what it throws closes', async (t) => {
  const allowed = async (authorize, options, headers) => {
    const { ask } = await served(t, { authorize, ...options })
    return (await ask('GET', '/heap/stats', { headers })).status
  }
  assert.equal(await allowed(() => true, {}, { Host: 'app.example' }), 200)
  assert.equal(await allowed(async ({ headers }) => headers.cookie === 'me', {}, { Cookie: 'me' }), 200)
  assert.equal(await allowed(() => false), 404)
  assert.equal(await allowed(() => 'yes'), 404)
  assert.equal(await allowed(() => { throw new Error('mine') }), 404)
  assert.equal(await allowed(async () => Promise.reject(new Error('mine'))), 404)
  assert.equal(await allowed(() => true, { token: TOKEN }), 401)
  assert.equal(await allowed(() => true, { token: TOKEN }, bearer), 200)
  assert.equal(await allowed(() => false, { token: TOKEN }, bearer), 404)
})

test('what changes something needs a header that forged requests do not have', async (t) => {
  const { ask } = await served(t, { token: TOKEN })
  for (const [method, path] of [['POST', 'snapshot'], ['POST', 'census'], ['POST', 'growth'], ['POST', 'gc'], ['DELETE', 'snapshots/a.heapsnapshot']]) {
    const { status, json } = await ask(method, `/heap/${path}`, { headers: { ...bearer, 'Content-Type': 'text/plain' } })
    assert.equal(status, 403, path)
    assert.match(json.error.message, /X-Leakguard/)
  }
})

test('every answer has the headers of security, and none allows another site in', async (t) => {
  const { ask } = await served(t, { token: TOKEN })
  for (const [method, path, headers] of [['GET', '/heap/'], ['GET', '/heap/assets/page.js'], ['GET', '/heap/stats'], ['GET', '/heap/stats', bearer], ['OPTIONS', '/heap/stats', bearer], ['GET', '/heap/nothing', bearer]]) {
    const { headers: answered } = await ask(method, path, { headers: { Origin: 'https://evil.example', ...headers } })
    assert.match(answered['content-security-policy'], /default-src 'none'/)
    assert.ok(!/unsafe|\*/.test(answered['content-security-policy']))
    assert.equal(answered['x-content-type-options'], 'nosniff')
    assert.equal(answered['x-frame-options'], 'DENY')
    assert.equal(answered['referrer-policy'], 'no-referrer')
    assert.equal(Object.keys(answered).some((name) => name.startsWith('access-control')), false)
  }
})

test('serve: on this machine by default, on a port of its own, until it is closed', async (t) => {
  const { url, port, host, close } = await serve()
  t.after(close)
  assert.equal(host, '127.0.0.1')
  assert.equal(url, `http://127.0.0.1:${port}/`)
  assert.equal((await ask(port, 'GET', '/')).status, 200)
  assert.equal((await ask(port, 'GET', '/stats')).status, 200)
  await assert.rejects(serve({ port }), (error) => error.code === 'ERR_LEAKGUARD_IO' && error.cause.code === 'EADDRINUSE')
  await close()
  await close()
  await assert.rejects(ask(port, 'GET', '/'))
})
