'use strict'

const { once } = require('node:events')
const http = require('node:http')
const { LeakguardError } = require('../errors.js')
const { integer, validate, wrong, shown } = require('../options.js')
const { OWN_HOST } = require('./guard.js')
const { handler } = require('./handler.js')

/** One person and a scraper look; more is an attack. */
const MOST_CONNECTIONS = 100

const RULES = { port: integer(0, 65_535, 0), host }

function host(name, value = '127.0.0.1') {
  if (typeof value === 'string' && value !== '') return value
  throw wrong(`"${name}" must be a name or an address, got ${shown(value)}`)
}

/**
 * The endpoint on a port of its own, for apps without HTTP: resolves to `{ url, port, host, close() }`. It keeps no process alive.
 */
async function serve(options) {
  const { own, rest } = parted(options)
  const { port, host } = validate(own, RULES)
  if (!isOwnName(host) && rest.token === undefined && rest.authorize === undefined) {
    throw wrong(`"host" ${shown(host)} can be reached from elsewhere: give a "token" of at least 16 characters, or leave "host" out`)
  }
  const handle = handler(rest)
  const server = http.createServer(handle)
  server.maxConnections = MOST_CONNECTIONS
  server.on('connection', (socket) => socket.unref())
  try {
    server.listen(port, host).unref()
    await listening(server)
  } catch (cause) {
    handle.close()
    throw new LeakguardError('ERR_LEAKGUARD_IO', `cannot listen on ${host}:${port}: ${cause.message}`, { cause })
  }
  return opened(server, handle)
}

/** What is said of the server, and what of the endpoint. */
function parted(options = {}) {
  if (options === null || typeof options !== 'object') throw wrong(`options must be an object, got ${shown(options)}`)
  const entries = Object.entries(options)
  const of = (known) => Object.fromEntries(entries.filter(([name]) => Object.hasOwn(RULES, name) === known))
  return { own: of(true), rest: of(false) }
}

/** The server is unref'd, so a process that has nothing else to do could end meanwhile: this is waited for in the loop. */
async function listening(server) {
  if (!server.listening) await once(server, 'listening')
}

function opened(server, handle) {
  const { address, port } = server.address()
  const name = address.includes(':') ? `[${address}]` : address
  const close = async () => {
    handle.close()
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://${name}:${port}/`, port, host: address, close }
}

function isOwnName(host) {
  return OWN_HOST.test(host) || host === '::1'
}

module.exports = { serve }
