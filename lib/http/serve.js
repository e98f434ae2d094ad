'use strict'

const { integer, validate, wrong, shown } = require('../options.js')
const { OWN_HOST } = require('./guard.js')
const { handler } = require('./handler.js')
const { listen } = require('./listen.js')

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
  try {
    const { close, ...server } = await listen(handle, { port, host, keepsAlive: false })
    return { ...server, close: () => (handle.close(), close()) }
  } catch (error) {
    handle.close()
    throw error
  }
}

/** What is said of the server, and what of the endpoint. */
function parted(options = {}) {
  if (options === null || typeof options !== 'object') throw wrong(`options must be an object, got ${shown(options)}`)
  const entries = Object.entries(options)
  const of = (known) => Object.fromEntries(entries.filter(([name]) => Object.hasOwn(RULES, name) === known))
  return { own: of(true), rest: of(false) }
}

function isOwnName(host) {
  return OWN_HOST.test(host) || host === '::1'
}

module.exports = { serve }
