'use strict'

const { createHash, timingSafeEqual } = require('node:crypto')

/** Addresses of this machine, as sockets tell them. */
const OWN_ADDRESS = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i
/** Names that no DNS of a stranger answers for. */
const OWN_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i
/** A proxy passed it on: the peer is the proxy, and who asks is not known. */
const PASSED_ON = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip']

/**
 * Whom the endpoint answers. With neither a token nor `authorize`: programs of this machine that speak to it by a name of this
 * machine, and nobody else.
 */
class Guard {
  #digest
  #authorize

  constructor({ token, authorize }) {
    this.#digest = token === undefined ? undefined : digestOf(token)
    this.#authorize = authorize
  }

  /**
   * `'granted'`, `'closed'`: for this one there is nothing here, or `'unproven'`: the token is missing or wrong. `authorize`
   * decides first, and what it throws closes.
   */
  async admission(req) {
    if (this.#authorize !== undefined && !(await agreed(this.#authorize, req))) return 'closed'
    if (this.#digest !== undefined) return this.#hasToken(req) ? 'granted' : 'unproven'
    return this.#authorize !== undefined || isOwn(req) ? 'granted' : 'closed'
  }

  /** Takes the same time for every token: digests are of one length, and compared whole. */
  #hasToken({ headers }) {
    const [, given] = /^Bearer +([\x21-\x7e]+) *$/i.exec(headers.authorization ?? '') ?? []
    return timingSafeEqual(digestOf(given ?? ''), this.#digest)
  }
}

function digestOf(token) {
  return createHash('sha256').update(token).digest()
}

async function agreed(authorize, req) {
  try {
    return (await authorize(req)) === true
  } catch {
    return false
  }
}

/**
 * A peer on this machine that means this machine. A page of a stranger whose name leads here by DNS sends that name as
 * Host; a proxy here sends headers of its own, or speaks HTTP/1.0, as nginx does unless it is told otherwise.
 */
function isOwn({ socket, headers, httpVersionMajor, httpVersionMinor }) {
  if (!OWN_ADDRESS.test(socket?.remoteAddress ?? '')) return false
  if (!OWN_HOST.test(headers.host ?? headers[':authority'] ?? '')) return false
  if (httpVersionMajor === 1 && httpVersionMinor === 0) return false
  if (PASSED_ON.some((name) => headers[name] !== undefined)) return false
  return headers['sec-fetch-site'] !== 'cross-site' || headers['sec-fetch-mode'] === 'navigate'
}

module.exports = { Guard, OWN_HOST, isOwn }
