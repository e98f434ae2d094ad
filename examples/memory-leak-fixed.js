'use strict'

// The same server without the leak: it remembers the last requests, not all of them.

const http = require('node:http')
const leakguard = require('leakguard')

const KEPT = 100
const recent = []

const server = http.createServer(function onRequest(request, response) {
  recent.push({ date: new Date(), url: request.url })
  if (recent.length > KEPT) recent.shift()
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
