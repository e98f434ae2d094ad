'use strict'

const { randomBytes } = require('node:crypto')
const { sendFailure } = require('../http/answer.js')
const { Guard, isOwn } = require('../http/guard.js')
const { listen } = require('../http/listen.js')
const { answer } = require('../http/router.js')
const { targetOf } = require('../http/target.js')
const { Queue } = require('./queue.js')
const { ROUTES } = require('./routes.js')

/** Questions at a time: each takes a core. */
const AT_ONCE = 2
/** A client that takes nothing for so long is cut off. */
const STALL_MS = 30_000

/**
 * The page over these files on a port of this machine, until `close()`. Whoever has its URL may look: the token is behind the `#`, which browsers
 * send nobody; the page sends it in a header. What does not mean this machine by its name is not answered.
 */
async function serve(files, { port }) {
  const token = randomBytes(32).toString('base64url')
  const shared = { files, guard: new Guard({ token, authorize: isOwn }), queue: new Queue(AT_ONCE), settings: { stall: STALL_MS } }
  const handle = async (req, res) => {
    try {
      await answer(ROUTES, shared, req, res, targetOf(req))
    } catch (error) {
      sendFailure(req, res, error)
    }
  }
  const { url, close } = await listen(handle, { port, host: '127.0.0.1', keepsAlive: true })
  return { url: `${url}#token=${token}`, close }
}

module.exports = { serve }
