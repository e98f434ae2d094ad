'use strict'

// The classic leak: every request leaves something behind in a variable that lives as long as the module.

const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const leakguard = require('leakguard')

const leakedArray = []

const server = http.createServer((request, response) => {
  if (request.url === '/heap') {
    const file = path.join(os.tmpdir(), `memory-leak-${process.pid}.heapsnapshot`)
    leakguard.writeSnapshot(file, (err, filename, capture) => {
      response.statusCode = err ? 500 : 200
      response.end(err ? err.message : JSON.stringify(capture)) // { path: filename, mode, pauseMs, … }
    })
    return
  }

  leakedArray.push({ date: new Date(), url: request.url }) // nobody ever takes these out
  response.end('hello\n')
})

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
