'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { once } = require('node:events')
const http = require('node:http')
const http2 = require('node:http2')
const Express = require('express')
const Fastify = require('fastify')
const Koa = require('koa')
const { handler } = require('leakguard/http')
const { ask, listening, OWN } = require('./support/endpoint.js')

/** Mounted at /heap, with a page of the app's at /hello. */
const MOUNTS = {
  async express(t) {
    const handle = handler()
    const app = Express()
    app.use(Express.json(), Express.urlencoded({ extended: false }))
    app.use('/heap', handle)
    app.get('/hello', (_req, res) => res.send('hello'))
    return listening(t, http.createServer(app), handle.close)
  },
  async 'express, nested'(t) {
    const handle = handler()
    const app = Express()
    const router = Express.Router()
    router.use('/heap', handle)
    app.use('/', router)
    app.get('/hello', (_req, res) => res.send('hello'))
    return listening(t, http.createServer(app), handle.close)
  },
  async fastify(t) {
    const app = Fastify()
    app.register(require('leakguard/fastify'), { prefix: '/heap' })
    app.get('/hello', async () => 'hello')
    await app.listen({ port: 0, host: '127.0.0.1' })
    t.after(() => app.close())
    const { port } = app.server.address()
    return { port, ask: (method, path, options) => ask(port, method, path, options) }
  },
  async koa(t) {
    const app = new Koa()
    const middleware = require('leakguard/koa')({ path: '/heap' })
    app.use(middleware)
    app.use((ctx) => {
      if (ctx.path === '/hello') ctx.body = 'hello'
    })
    return listening(t, http.createServer(app.callback()), middleware.close)
  },
  async 'node:http'(t) {
    const handle = handler({ path: '/heap/' })
    const server = http.createServer((req, res) => handle(req, res, () => res.writeHead(req.url === '/hello' ? 200 : 404).end('hello')))
    return listening(t, server, handle.close)
  },
}

for (const [name, mount] of Object.entries(MOUNTS)) {
  test(`mounted in ${name}`, async (t) => {
    const { ask } = await mount(t)
    assert.equal((await ask('GET', '/hello')).body, 'hello')
    assert.equal((await ask('GET', '/heaps')).status, 404)
    const bare = await ask('GET', '/heap')
    assert.equal(bare.status, 308)
    assert.equal(bare.headers.location, './heap/')
    for (const path of ['/heap/', '/heap/?']) {
      const page = await ask('GET', path)
      assert.equal(page.status, 200, path)
      assert.match(page.headers['content-type'], /^text\/html/)
    }
    assert.equal((await ask('GET', '/heap/stats')).json.process.pid, process.pid)
    assert.equal((await ask('HEAD', '/heap/stats')).status, 200)
    assert.equal((await ask('GET', '/heap/stats', { headers: { Host: 'evil.example' } })).status, 404)
    assert.equal((await ask('GET', '/heap/nothing')).json.error.code, 'ERR_LEAKGUARD_REFUSED')
    assert.equal((await ask('POST', '/heap/gc', { headers: OWN })).status, 200)
    assert.equal((await ask('POST', '/heap/gc', { headers: { ...OWN, 'Content-Type': 'application/json' }, body: '{}' })).status, 200)
    assert.equal((await ask('POST', '/heap/gc', { headers: { ...OWN, 'Content-Type': 'application/json' }, body: '{"a":1}' })).status, 400)
    assert.equal((await ask('OPTIONS', '/heap/gc')).headers.allow, 'POST, OPTIONS')
    assert.equal((await ask('PUT', '/heap/gc')).status, 405)
  })
}

test('over HTTP/2', async (t) => {
  const handle = handler({ path: '/heap' })
  const server = http2.createServer((req, res) => handle(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = http2.connect(`http://127.0.0.1:${server.address().port}`)
  t.after(() => {
    client.destroy()
    handle.close()
    server.close()
  })
  const stream = client.request({ ':path': '/heap/stats' })
  const [headers] = await once(stream, 'response')
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  assert.equal(headers[':status'], 200)
  assert.equal(JSON.parse(text).process.pid, process.pid)
})

test('what the app answers behind the endpoint, and what it throws there, is its own', async (t) => {
  const app = new Koa()
  const middleware = require('leakguard/koa')({ path: '/heap' })
  t.after(middleware.close)
  app.silent = true
  app.use(middleware)
  app.use(() => {
    throw new Error('mine')
  })
  const { ask } = await listening(t, http.createServer(app.callback()), () => {})
  assert.equal((await ask('GET', '/')).status, 500)
  assert.equal((await ask('GET', '/heap/stats')).status, 200)
})
