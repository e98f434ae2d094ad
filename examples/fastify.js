'use strict'

// Fastify: a plugin. It ends with the server; leaks go into Fastify's own log.
// HEAP_TOKEN=a-long-secret-of-yours PORT=3000 node examples/fastify.js

const fastify = require('fastify')
const leakguard = require('leakguard')

const app = fastify({ logger: { level: 'warn' } })
const watchdog = leakguard.watch()
watchdog.on('leak', ({ text, suspects }) => app.log.error({ suspects }, text))

app.register(require('leakguard/fastify'), { prefix: '/heap', token: process.env.HEAP_TOKEN, watchdog })
app.addHook('onClose', async () => watchdog.stop())
app.get('/', async () => 'hello')

app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' }).then(console.log)
process.once('SIGTERM', () => app.close())
