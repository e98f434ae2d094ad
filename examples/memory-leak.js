'use strict'

// The classic leak: every request leaves something behind in a variable that lives as long as the module. A watchdog in the server
// finds it out by itself.

const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const leakguard = require('leakguard')

const leakedArray = []

const server = http.createServer(function onRequest(request, response) {
  if (request.url === '/heap') return sendHeap(response)

  leakedArray.push({ date: new Date(), url: request.url }) // nobody ever takes these out
  response.end('hello\n')
})

// The debug endpoint that people write by hand. `require('leakguard/http')` has one that is closed to strangers.
function sendHeap(response) {
  const file = path.join(os.tmpdir(), `memory-leak-${process.pid}.heapsnapshot`)
  leakguard.writeSnapshot(file, (err, filename, capture) => {
    response.statusCode = err ? 500 : 200
    response.end(err ? err.message : JSON.stringify(capture)) // { path: filename, mode, pauseMs, … }
  })
}

const watchdog = leakguard.watch({ interval: '1s' })
watchdog.on('leak', (leak) => {
  console.log(leak.text)
  process.send?.(leak) // for demo.js
})

// V8 collects all garbage of a young process once in minutes. The demo does not wait for that: it makes minutes of seconds.
if (process.env.COLLECT_EVERY) setInterval(leakguard.gc, Number(process.env.COLLECT_EVERY))

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
