'use strict'

// Express: the endpoint below /heap, the watchdog's leaks into the app's own log, and an end that leaves nothing behind.
// HEAP_TOKEN=a-long-secret-of-yours PORT=3000 node examples/express.js

const express = require('express')
const leakguard = require('leakguard')
const { handler } = require('leakguard/http')

const watchdog = leakguard.watch()
watchdog.on('leak', (leak) => console.error(leak.text))
watchdog.on('pressure', ({ limit, share }) => console.warn(`${Math.round(share * 100)} % of the ${limit}'s limit is used`))

const heap = handler({ token: process.env.HEAP_TOKEN, watchdog })
const app = express()
app.use('/heap', heap)
app.get('/', (_request, response) => response.send('hello'))

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
process.once('SIGTERM', () => {
  server.close()
  heap.close()
  watchdog.stop()
})
