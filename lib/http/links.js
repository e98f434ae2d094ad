'use strict'

const { randomBytes } = require('node:crypto')
const { performance } = require('node:perf_hooks')
const { Refusal, refusalOf } = require('./refusal.js')

/** So long a link waits to be followed. */
const FRESH_MS = 60_000
/** So many are remembered, followed ones for their outcome. */
const MOST = 32

/**
 * Links that work once: for a browser's own download, which can send no token. Whoever has proven to be allowed gets one, with 256
 * random bits; the first who follows it within a minute has what it was made for. Nothing runs meanwhile: what is stale is forgotten
 * when the next one is made.
 */
class Links {
  #links = new Map()

  /** `run({ req, res, took })` is what is done for the one who follows it. */
  make(run) {
    for (const [name, link] of this.#links) {
      if (this.#links.size >= MOST || (link.state === 'waiting' && !isFresh(link))) this.#links.delete(name)
    }
    const name = randomBytes(32).toString('base64url')
    this.#links.set(name, { run, made: performance.now(), state: 'waiting', bytes: 0 })
    return { link: name, lastsMs: FRESH_MS }
  }

  /** Follows one: its work is done, and never again. */
  async follow(name, { req, res }) {
    const link = this.#get(name)
    if (link.state !== 'waiting' || !isFresh(link)) throw new Refusal(410, 'a link works once, for a minute: have another one made')
    if (req.method === 'HEAD') return link.run({ req, res })
    Object.assign(link, { state: 'running', res })
    try {
      await link.run({ req, res, took: (bytes) => (link.bytes = bytes) })
      link.state = 'done'
    } catch (error) {
      Object.assign(link, { state: 'failed', failure: refusalOf(error).body.error })
      throw error
    } finally {
      link.res = undefined
    }
  }

  /** What became of one. */
  outcome(name) {
    const link = this.#get(name)
    const { state, bytes, failure } = link
    return { state: state === 'waiting' && !isFresh(link) ? 'stale' : state, bytes, error: failure }
  }

  /** Makes one worthless, and cuts off what is sent for it. */
  revoke(name) {
    const link = this.#get(name)
    link.res?.destroy()
    if (link.state === 'waiting') this.#links.delete(name)
  }

  #get(name) {
    const link = this.#links.get(name)
    if (link === undefined) throw new Refusal(404, 'there is no such link')
    return link
  }
}

function isFresh({ made }) {
  return performance.now() - made < FRESH_MS
}

module.exports = { Links }
