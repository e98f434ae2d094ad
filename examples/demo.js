'use strict'

// Starts the leaky server and sends it requests until the watchdog in it says what leaks; then asks it for its heap, as one would
// by hand, and analyses that. Then the same for the server that was fixed, for as long and with as many requests. The exit code is 0
// if the leak was named both times, and the fixed server was left in peace and has a clean bill.

const { spawn } = require('node:child_process')
const { randomBytes } = require('node:crypto')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const { performance } = require('node:perf_hooks')
const readline = require('node:readline')
const leakguard = require('leakguard')
const { textOf } = require('../lib/report/text.js')

const AT_ONCE = 16
/** A machine can be slow; a watchdog that has found nothing by then is not right. */
const PATIENCE_MS = 240_000
/** Between two full collections. */
const COLLECT_EVERY = '150'
/** In every URL, as apps have them; what the leak keeps of a request is a kilobyte then. */
const TOKEN_BYTES = 700

async function main() {
  const leaky = await serve('memory-leak.js', ({ leaks, ms }) => leaks.some(isNamed) || ms > PATIENCE_MS)
  const leak = leaky.leaks.find(isNamed)
  if (leak) {
    console.log(`The watchdog of memory-leak.js spoke after ${told(leaky)}:\n\n${leak.text}\n`)
    const [{ name, type, location, counts, path: way }] = leak.suspects
    console.log(`  ${name}: ${type}\n  ${location.file}:${location.line}:${location.column}`)
    console.log(`  ${counts.join(', ')} objects, held by ${way.map((step) => step.edge || step.name).join(' → ')}`)
    for (const site of leak.suspects[0].sites ?? []) console.log(`  allocated in ${site.function}() ${site.file}:${site.line}`)
    console.log()
  }
  console.log(`${captured(leaky)}\n\n${textOf(leaky.report, { source: 'memory-leak.js', stream: process.stdout })}`)
  const fixed = await serve('memory-leak-fixed.js', ({ requests, ms }) => requests >= leaky.requests && ms >= leaky.ms)
  for (const { text } of fixed.leaks) console.log(`The watchdog of memory-leak-fixed.js spoke:\n\n${text}\n`)

  console.log(captured(fixed))
  console.log(`Suspects in its heap: ${fixed.report.suspects.map(({ text }) => text).join('; ') || 'none'}\n`)

  const isFound = leak !== undefined && isNamed(leaky.report)
  const isClean = fixed.leaks.length === 0 && fixed.report.suspects.length === 0
  console.log(isFound ? 'The leak was named, with its file and line.' : `The leak was NOT named within ${told(leaky)}.`)
  console.log(isClean ? `The fixed server was left in peace for ${told(fixed)}, and has a clean bill.` : 'The fixed server was accused WRONGLY.')
  process.exitCode = isFound && isClean ? 0 : 1
}

function captured({ capture: { mode, pauseMs, durationMs }, answered }) {
  const still = `stood still for ${pauseMs.toFixed(0)} ms and answered ${answered} requests meanwhile`
  return `GET /heap: captured ${mode === 'twin' ? 'by a twin' : mode} in ${(durationMs / 1000).toFixed(1)} s; the server ${still}`
}

/** Of a leak that the watchdog told, and of a report. */
function isNamed({ suspects: [first] }) {
  return first?.name === 'leakedArray' && first.location?.file.endsWith('memory-leak.js')
}

function told({ requests, ms }) {
  return `${requests.toLocaleString('en')} requests in ${(ms / 1000).toFixed(0)} s`
}

/** Runs a server of this folder under load until `isDone`; answers what its watchdog said meanwhile. */
async function serve(script, isDone) {
  const server = spawn(process.execPath, [path.join(__dirname, script)], {
    env: { ...process.env, PORT: '0', COLLECT_EVERY },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const run = { leaks: [], requests: 0, ms: 0 }
  server.on('message', (leak) => run.leaks.push(leak))
  try {
    const address = await firstLine(server, script)
    console.log(`${script} serves ${address}: sending requests …`)
    const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE })
    const start = performance.now()
    const client = async () => {
      for (; !isDone(run); run.ms = performance.now() - start) await get(`${address}/product/${run.requests++}?token=${randomBytes(TOKEN_BYTES).toString('base64url')}`, agent)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, client))
    agent.destroy()
    return { ...run, ...(await capture(address)) }
  } finally {
    server.kill()
  }
}

/** Asks the server for its heap, and goes on asking for pages meanwhile. */
async function capture(address) {
  let answered = 0
  let done = false
  const visitor = (async () => {
    for (; !done; answered++) await get(`${address}/product/${answered}`)
  })()
  const capture = JSON.parse(await get(`${address}/heap`))
  done = true
  await visitor
  const report = await leakguard.analyze(capture.path, { top: 5 }).finally(() => fs.rmSync(capture.path))
  return { capture, answered, report }
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
