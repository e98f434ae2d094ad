'use strict'

const { once } = require('node:events')
const http = require('node:http')
const net = require('node:net')
const { setTimeout: sleep } = require('node:timers/promises')
const { handler } = require('leakguard/http')

/** The header of those who change something. */
const OWN = { 'X-Leakguard': '1' }

/** A server of node:http with the endpoint at `/heap`, gone after the test. `before` may change a request first. */
async function served(test, options, before = () => {}) {
  const handle = handler({ path: '/heap', priority: 'normal', ...options })
  const server = http.createServer((req, res) => {
    before(req, res)
    handle(req, res, () => res.end('the app'))
  })
  return { ...(await listening(test, server, () => handle.close())), handle }
}

async function listening(test, server, close) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.after(() => {
    close()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address()
  return { port, ask: (method, path, options) => ask(port, method, path, options) }
}

/** One request on a connection of its own: `{ status, headers, body, bytes, json }`. */
async function ask(port, method, path, { headers = {}, body } = {}) {
  const request = http.request({ port, host: '127.0.0.1', method, path, headers, agent: false })
  request.on('error', () => {}) // an answer can come before the body was sent
  request.end(body)
  const [response] = await Promise.race([once(request, 'response'), once(request, 'close').then(() => Promise.reject(new Error('no answer')))])
  const chunks = []
  for await (const chunk of response) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const text = bytes.toString('utf8')
  const json = /json/.test(response.headers['content-type']) && text !== '' ? JSON.parse(text) : undefined
  return { status: response.statusCode, headers: response.headers, body: text, bytes, json }
}

/** Sends bytes as they are, and answers all that comes back until the other side ends or is silent. */
async function raw(port, text, { silence = 5000 } = {}) {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.setTimeout(silence, () => socket.destroy())
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk) => (answer += chunk))
  socket.write(text)
  await once(socket, 'close')
  return answer
}

/** Looks until `condition` holds. */
async function until(condition, what) {
  for (let nth = 0; nth < 3000; nth++) {
    if (await condition()) return
    await sleep(20)
  }
  throw new Error(`this never came: ${what}`)
}

module.exports = { served, listening, ask, raw, until, OWN }
