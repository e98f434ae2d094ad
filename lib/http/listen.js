'use strict'

const { once } = require('node:events')
const http = require('node:http')
const { LeakguardError } = require('../errors.js')

/** One person and a scraper look; more is an attack. */
const MOST_CONNECTIONS = 100

/** A server for requests that `handle(req, res)` answers: resolves to `{ url, port, host, close() }`. */
async function listen(handle, { port, host, keepsAlive }) {
  const server = http.createServer(handle)
  server.maxConnections = MOST_CONNECTIONS
  if (!keepsAlive) server.on('connection', (socket) => socket.unref())
  try {
    server.listen(port, host)
    if (!keepsAlive) server.unref()
    if (!server.listening) await once(server, 'listening')
  } catch (cause) {
    throw new LeakguardError('ERR_LEAKGUARD_IO', `cannot listen on ${host}:${port}: ${cause.message}`, { cause })
  }
  return opened(server)
}

function opened(server) {
  const { address, port } = server.address()
  const name = address.includes(':') ? `[${address}]` : address
  const close = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://${name}:${port}/`, port, host: address, close }
}

module.exports = { listen }
