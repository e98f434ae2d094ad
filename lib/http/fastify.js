'use strict'

const { handler } = require('./handler.js')

/** The endpoint as a Fastify plugin: `fastify.register(plugin, { prefix: '/heap', token })`. It is closed with the server. */
async function plugin(fastify, { prefix: _prefix, logLevel: _logLevel, ...options }) {
  const handle = handler({ ...options, path: fastify.prefix })
  fastify.addHook('onClose', async () => handle.close())
  // Bodies are left to the endpoint: it refuses nearly all of them.
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const answer = (request, reply) => {
    reply.hijack()
    return handle(request.raw, reply.raw)
  }
  for (const url of ['/', '/*']) fastify.all(url, answer)
}

module.exports = plugin
