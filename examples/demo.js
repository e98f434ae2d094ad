'use strict'

// Starts the leaky server, sends it requests, asks it for its heap, and lets leakguard say what leaks. Then the same with
// the server that was fixed. The exit code is 0 if the leak was named and the fixed server was found clean.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const readline = require('node:readline')
const leakguard = require('leakguard')
const { textOf } = require('../lib/report/text.js')

const REQUESTS = 20_000
const AT_ONCE = 32

async function main() {
  const leaky = await examine('memory-leak.js')
  const fixed = await examine('memory-leak-fixed.js')

  const named = leaky.suspects.some(({ name, location }) => name.includes('leakedArray') && location?.file.endsWith('memory-leak.js'))
  console.log(named ? 'The leak was named, with its file and line.' : 'The leak was NOT named.')
  console.log(fixed.suspects.length === 0 ? 'The fixed server has a clean bill.' : 'The fixed server was accused WRONGLY.')
  process.exitCode = named && fixed.suspects.length === 0 ? 0 : 1
}

/** Runs a server of this folder under load, prints what leakguard finds in its heap, and answers the report. */
async function examine(script) {
  const server = spawn(process.execPath, [path.join(__dirname, script)], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const address = await firstLine(server, script)
    console.log(`${script} serves ${address}: sending ${REQUESTS.toLocaleString('en')} requests …`)
    await load(address)
    const file = await capture(address)
    const report = await leakguard.analyze(file, { top: 5 }).finally(() => fs.rmSync(file))
    console.log(`\n${textOf(report, { source: script, stream: process.stdout })}`)
    return report
  } finally {
    server.kill()
  }
}

/** Asks the server for its heap and goes on asking for pages meanwhile; answers the snapshot's path. */
async function capture(address) {
  let answered = 0
  let done = false
  const visitor = (async () => {
    for (; !done; answered++) await get(`${address}/product/${answered}`)
  })()
  const figures = JSON.parse(await get(`${address}/heap`))
  done = true
  await visitor
  const { path: file, mode, pauseMs, durationMs } = figures
  const still = `stood still for ${pauseMs.toFixed(0)} ms and answered ${answered} requests meanwhile`
  console.log(`captured ${mode === 'twin' ? 'by a twin' : mode} in ${(durationMs / 1000).toFixed(1)} s; the server ${still}`)
  return file
}

async function firstLine(server, script) {
  const lines = readline.createInterface({ input: server.stdout })
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`${script} ended with ${code} before it served`)
  })
  ended.catch(() => undefined)
  const [line] = await Promise.race([once(lines, 'line'), ended])
  return line
}

async function load(address) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE })
  let next = 0
  const client = async () => {
    while (next < REQUESTS) await get(`${address}/product/${next++}?session=${Math.random().toString(36).slice(2)}`, agent)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  agent.destroy()
}

/** The body of the answer; anything but 200 is an error. */
function get(url, agent) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, async (response) => {
      try {
        let body = ''
        for await (const chunk of response.setEncoding('utf8')) body += chunk
        if (response.statusCode === 200) resolve(body)
        else reject(new Error(`${url} answered ${response.statusCode}: ${body}`))
      } catch (error) {
        reject(error)
      }
    })
    request.on('error', reject)
  })
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
