'use strict'

// The same server without the leak: it remembers the last requests, not all of them.

const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const leakguard = require('leakguard')

const KEPT = 100
const recent = []

const server = http.createServer((request, response) => {
  if (request.url === '/heap') {
    const file = path.join(os.tmpdir(), `memory-leak-fixed-${process.pid}.heapsnapshot`)
    leakguard.writeSnapshot(file, (err, filename, capture) => {
      response.statusCode = err ? 500 : 200
      response.end(err ? err.message : JSON.stringify(capture)) // { path: filename, mode, pauseMs, … }
    })
    return
  }

  recent.push({ date: new Date(), url: request.url })
  if (recent.length > KEPT) recent.shift()
  response.end('hello\n')
})

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
