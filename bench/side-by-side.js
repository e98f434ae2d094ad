'use strict'
// node bench/side-by-side.js [--limit 120]
// A leaking server and the same one without the leak, side by side under load, both with watch(). Only the leaking one's watchdog
// may speak, and its forecast is held against what happens: the load goes on until V8 ends the server at its heap limit of so many
// megabytes. The leak goes with the requests, and a busy machine answers them now faster, now slower: so the forecast is held against
// requests, those that would have been answered in its time at the rate until then. Ends with 1 where the healthy one was accused,
// the leaking one was not, or the forecast was wrong by more than a third.

const { fork } = require('child_process')
const http = require('http')
const { once } = require('events')
const { parseArgs } = require('util')

const { values: options } = parseArgs({ options: { serve: { type: 'string' }, limit: { type: 'string', default: '120' } } })
const REQUESTS_A_SECOND = 150

function serve(leaky) {
  const leakguard = require('..')
  const sessions = new Map() // bounded in the healthy one
  const recent = []
  let requests = 0
  const server = http.createServer((request, response) => {
    requests++
    sessions.set(requests, { url: request.url, at: new Date(), items: Array.from({ length: 100 }, (_, n) => ({ n, of: requests })) })
    if (!leaky && sessions.size > 1000) sessions.delete(sessions.keys().next().value)
    // Lives for a while, as what waits for a database does: it gets old, and V8 collects it with the whole heap.
    recent.push(Array.from({ length: 2000 }, (_, n) => ({ n })))
    if (recent.length > 40) recent.shift()
    response.end(String(sessions.size))
  })
  const watchdog = leakguard.watch({ evidence: true })
  for (const event of ['suspicion', 'leak']) {
    watchdog.on(event, ({ state, kind, text, reason, reachesLimitAt, bytesPerHour, readings }) => {
      process.send({ event, state, kind, text: text ?? reason, reachesLimitAt, bytesPerHour, readings, at: Date.now() })
    })
  }
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
}

async function load(port, stopped, answered) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  let sent = 0
  const start = performance.now()
  while (!stopped.aborted) {
    for (; sent < ((performance.now() - start) / 1000) * REQUESTS_A_SECOND; sent++) {
      http.get({ port, host: '127.0.0.1', agent, path: `/product/${sent}` }, (response) => response.resume().on('end', () => answered.count++)).on('error', () => {})
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  agent.destroy()
}

function started(name) {
  const child = fork(__filename, ['--serve', name], {
    execArgv: [`--max-old-space-size=${options.limit}`, '--max-semi-space-size=2'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const said = []
  const answered = { count: 0, since: 0 }
  child.on('message', (message) => {
    if (message.event === undefined) return
    said.push({ ...message, answered: answered.count })
    console.log(`${name}: ${message.event} after ${message.readings} readings: ${message.text}`)
  })
  return { child, said, answered }
}

async function main() {
  const servers = Object.fromEntries(['leaking', 'healthy'].map((name) => [name, started(name)]))
  const ends = new AbortController()
  for (const { child, answered } of Object.values(servers)) {
    once(child, 'message').then(([{ port }]) => {
      answered.since = Date.now()
      return load(port, ends.signal, answered)
    })
  }
  const began = Date.now()
  await once(servers.leaking.child, 'exit')
  const ended = Date.now()
  ends.abort()
  servers.healthy.child.kill()
  const leaks = servers.leaking.said.filter(({ event }) => event === 'leak')
  const wrong = servers.healthy.said.filter(({ event }) => event === 'leak')
  const { count, since } = servers.leaking.answered
  const right = leaks.map(({ at, reachesLimitAt, answered }) => ((reachesLimitAt - at) * answered) / (at - since) / (count - answered))
  console.log(`the leaking server's heap was full after ${((ended - began) / 1000).toFixed(0)} s`)
  for (const [at, ratio] of right.entries()) {
    const { at: time, reachesLimitAt } = leaks[at]
    console.log(`told ${((ended - time) / 1000).toFixed(0)} s before, with a forecast of ${((reachesLimitAt - time) / 1000).toFixed(0)} s: ${ratio.toFixed(2)} of the requests that it was`)
  }
  console.log(`the healthy one was ${wrong.length > 0 ? 'accused' : 'not accused'}, and suspected ${servers.healthy.said.filter(({ event }) => event === 'suspicion').length} times`)
  const good = leaks.length > 0 && wrong.length === 0 && right.some((ratio) => Math.abs(ratio - 1) <= 1 / 3)
  console.log(good ? 'as it should be' : 'NOT as it should be')
  process.exitCode = good ? 0 : 1
}

if (options.serve) serve(options.serve === 'leaking')
else main()
