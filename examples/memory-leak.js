'use strict'

// The classic leak: every request leaves something behind in a variable that lives as long as the module. A watchdog in the server
// finds it out by itself.

const http = require('node:http')
const leakguard = require('leakguard')

const leakedArray = []

const server = http.createServer(function onRequest(request, response) {
  leakedArray.push({ date: new Date(), url: request.url }) // nobody ever takes these out
  response.end('hello\n')
})

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
