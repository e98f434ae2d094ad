'use strict'

// An Express app that leaks as it runs, with the endpoint at /heap: for the test of the page, and for its pictures.

const Express = require('express')
const leakguard = require('leakguard')

const leakedArray = []
const app = Express()
const watchdog = leakguard.watch({ interval: '200ms', sensitivity: 'high', mode: 'inline' })
const { TOKEN: token, SNAPSHOTS: snapshotDir } = process.env
app.use('/heap', require('leakguard/http').handler({ token, watchdog, snapshotDir, priority: 'normal', track: true }))
app.get('/product/:id', (request, response) => {
  leakedArray.push({ date: new Date(), url: request.url })
  response.send('hello\n')
})

const server = app.listen(0, '127.0.0.1', () => {
  console.log(server.address().port)
  let visits = 0
  setInterval(() => {
    for (let nth = 0; nth < 300; nth++) leakedArray.push({ date: new Date(), url: `/product/${visits++}` })
    leakguard.gc()
  }, 150)
})
