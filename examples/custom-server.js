'use strict'

// A server of one's own in front of a framework, as Next.js, Remix and SvelteKit have it: what is not below /heap is the framework's.
// HEAP_TOKEN=a-long-secret-of-yours PORT=3000 node examples/custom-server.js

const http = require('node:http')
const { handler } = require('leakguard/http')

// With Next.js: const app = require('next')({ dev: false }); await app.prepare(); const handle = app.getRequestHandler()
const handle = async (_request, response) => response.end('hello')

const heap = handler({ path: '/heap', token: process.env.HEAP_TOKEN })
const server = http.createServer((request, response) => heap(request, response, () => handle(request, response)))

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
process.once('SIGTERM', () => {
  server.close()
  heap.close()
})
