'use strict'
// node bench/twin.js [--sizes 50,250,1000] [--rate 100] [--dry]
// A server under steady load captures its heap: by leakguard's twin, and by v8.writeHeapSnapshot. Reports the longest stall of
// its event loop, the latency of requests, and memory, and writes tables into docs/performance.md and the README (--dry: to the terminal).

const { fork } = require('child_process')
const { once } = require('events')
const fs = require('fs')
const http = require('http')
const os = require('os')
const path = require('path')
const { parseArgs } = require('util')
const { plainTable, replaceTable } = require('./table')

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '50,250,1000' },
    rate: { type: 'string', default: '100' },
    dry: { type: 'boolean' },
  },
})

/** Requests at a steady rate until stopped; answers their latencies in ms and how many failed. */
function load(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })
  const latencies = []
  let failed = 0
  let open = 0
  const send = () => {
    const start = performance.now()
    open++
    const request = http.get({ port, agent }, (response) => {
      response.resume().on('end', () => latencies.push(performance.now() - start)).on('close', () => open--)
    })
    request.on('error', () => (failed++, open--))
  }
  const timer = setInterval(send, 1000 / options.rate)
  return async () => {
    clearInterval(timer)
    while (open > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    agent.destroy()
    return { latencies: latencies.sort((a, b) => a - b), failed }
  }
}

async function run(megabytes, how) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-bench-')), 'a.heapsnapshot')
  const execArgv = ['--expose-gc', '--max-old-space-size=8000']
  const server = fork(path.join(__dirname, 'twin-server.js'), [String(megabytes), file], { execArgv })
  try {
    const [{ port, used }] = await once(server, 'message')
    const stop = load(port)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    server.send(how)
    const [result] = await once(server, 'message')
    return { ...result, ...(await stop()), used }
  } finally {
    server.kill('SIGKILL')
    fs.rmSync(path.dirname(file), { recursive: true })
  }
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
const ms = (value) => `${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`
const mb = (bytes) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`

async function main() {
  const rows = []
  for (const size of options.sizes.split(',').map(Number)) {
    const quiet = await run(size, 'nothing')
    const twin = await run(size, 'twin')
    const inline = await run(size, 'inline')
    rows.push([
      mb(quiet.used),
      ms(inline.longest),
      ms(twin.longest),
      `1/${Math.round(inline.longest / twin.longest)}`,
      ms(twin.capture.forkMs),
      ms(quantile(quiet.latencies, 0.99)),
      ms(quantile(twin.latencies, 0.99)),
      ms(quantile(inline.latencies, 0.99)),
      `${(twin.capture.durationMs / 1000).toFixed(1)} s`,
      `${(inline.capture.durationMs / 1000).toFixed(1)} s`,
      mb(twin.capture.twinPeakBytes),
      mb(inline.peak - inline.before),
      `${mb(twin.after - twin.before)}`,
      `${mb(inline.after - inline.before)}`,
      `${twin.failed} of ${twin.failed + twin.latencies.length}`,
      `${inline.failed} of ${inline.failed + inline.latencies.length}`,
    ])
    console.error(rows.at(-1).join(' | '))
  }
  const head = [
    'used heap',
    'longest stall, `v8.writeHeapSnapshot`',
    'longest stall, twin',
    'ratio',
    'of it `fork`',
    'p99 of requests, no capture',
    'p99, twin',
    'p99, inline',
    'until the file is whole, twin',
    'inline',
    "twin's own memory",
    'extra memory, inline',
    "app's RSS afterwards, twin",
    'inline',
    'failed requests, twin',
    'inline',
  ]
  // A figure a line: there are more figures than sizes.
  const lines = head.slice(1).map((name, at) => [name, ...rows.map((row) => row[at + 1])])
  const text = plainTable([head[0], ...rows.map(([used]) => used)], lines)
  console.log(text)
  if (options.dry) return
  replaceTable(path.join(__dirname, '../docs/performance.md'), 'twin', text)
  const short = ['used heap', ...head.slice(1, 4), ...head.slice(5, 7)]
  replaceTable(path.join(__dirname, '../README.md'), 'twin', plainTable(short, rows.map((row) => [...row.slice(0, 4), ...row.slice(5, 7)])))
}

main()
