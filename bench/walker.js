'use strict'
// node bench/walker.js [--sizes 60,250,1000] [--dry] [--stages]
// One heap in five ways: v8.writeHeapSnapshot in the app, a census by a twin with V8's snapshot, a census by the walker, a folded census
// by the walker, a light census by a twin. Writes heap, longest stall, time and memory into docs/walker.md and the README, of the light one into docs/growth.md
// (--dry: to the terminal). --stages: only the walker, and how long each of its stages takes, to about 50 ms, with the twin's memory.

const { fork } = require('child_process')
const { once } = require('events')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { parseArgs } = require('util')
const { fill } = require('./sessions')
const { plainTable, replaceTable, time, memory } = require('./table')

const { values: options } = parseArgs({ options: { sizes: { type: 'string', default: '60,250,1000' }, dry: { type: 'boolean' }, stages: { type: 'boolean' } } })
const WAYS = ['inline', 'snapshot', 'walker']
const ALL = [...WAYS, 'folded', 'light']

/** In a process of its own: a heap of so many megabytes, one look at it. */
async function look(megabytes, way) {
  const v8 = require('v8')
  const leakguard = require('..')
  fill(megabytes)
  const status = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
  fs.writeFileSync('/proc/self/clear_refs', '5') // the peak starts anew
  const before = status('VmRSS')
  const used = v8.getHeapStatistics().used_heap_size
  let last = performance.now()
  let stall = 0
  const timer = setInterval(() => {
    stall = Math.max(stall, performance.now() - last)
    last = performance.now()
  }, 1)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const start = performance.now()
  const stages = { fork: 0 }
  let capture
  if (way === 'inline') {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-bench-'))
    v8.writeHeapSnapshot(path.join(folder, 'a.heapsnapshot'))
    fs.rmSync(folder, { recursive: true })
  } else {
    const options = { mode: 'twin', priority: 'normal', force: true }
    const onProgress = ({ stage }) => (stages[stage] ??= performance.now() - start)
    const census = way === 'light' ? { kind: 'light' } : { kind: way === 'folded' ? 'folded' : 'full', walker: way !== 'snapshot', onProgress }
    const report = await leakguard.census({ ...options, ...census })
    if ((way === 'snapshot') !== (report.evidence === 'snapshot')) throw new Error(`the census was made by ${report.evidence}`)
    capture = report.capture
  }
  const seconds = (performance.now() - start) / 1e3
  await new Promise((resolve) => setTimeout(resolve, 100))
  clearInterval(timer)
  process.send({ used, seconds, stall, stages: { ...stages, end: seconds * 1e3 }, bytes: capture?.twinPeakBytes ?? status('VmHWM') - before })
}

/** A look in a process of its own. */
async function lookApart(size, way) {
  const child = fork(__filename, [], { execArgv: ['--expose-gc', '--max-old-space-size=8000'], env: { ...process.env, LOOK: `${size} ${way}` } })
  const [figures] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => { throw new Error(`${way} at ${size} MB ended`) })])
  child.kill()
  return figures
}

/** How long each stage takes: until the next one is seen. */
async function stagesOf(size) {
  const { used, stages, bytes } = await lookApart(size, 'walker')
  const seen = Object.entries(stages).sort(([, one], [, other]) => one - other)
  const spans = seen.slice(0, -1).map(([stage, at], i) => `${stage} ${Math.round(seen[i + 1][1] - at)} ms`)
  console.log(`${memory(used)}: ${spans.join(', ')}; ${time(stages.end / 1e3)} in all, ${memory(bytes)}`)
}

async function main() {
  const sizes = options.sizes.split(',').map(Number)
  if (options.stages) {
    for (const size of sizes) await stagesOf(size)
    return
  }
  const rows = []
  const lightRows = []
  for (const size of sizes) {
    const figures = {}
    for (const way of ALL) figures[way] = await lookApart(size, way)
    const { snapshot, walker, folded, light } = figures
    const both = (cell) => [snapshot, light].map(cell)
    rows.push([
      memory(walker.used),
      ...WAYS.map((way) => `${Math.round(figures[way].stall).toLocaleString('en')} ms`),
      ...WAYS.map((way) => time(figures[way].seconds)),
      `1/${(snapshot.seconds / walker.seconds).toFixed(1)}`,
      ...WAYS.map((way) => memory(figures[way].bytes)),
      time(folded.seconds),
      `1/${(snapshot.seconds / folded.seconds).toFixed(1)}`,
      memory(folded.bytes),
    ])
    lightRows.push([
      memory(light.used),
      ...both(({ stall }) => `${Math.round(stall).toLocaleString('en')} ms`),
      ...both(({ seconds }) => time(seconds)),
      `1/${(snapshot.seconds / light.seconds).toFixed(1)}`,
      ...both(({ bytes }) => memory(bytes)),
      `1/${(snapshot.bytes / light.bytes).toFixed(1)}`,
    ])
    console.error(`${rows.at(-1).join(' | ')}\nlight: ${lightRows.at(-1).join(' | ')}`)
  }
  const of = (what) => [`${what}, \`v8.writeHeapSnapshot\``, 'twin with V8\'s snapshot', 'twin with the walker']
  const head = ['used heap', ...of('longest stall'), ...of('time'), 'of the snapshot\'s', ...of('extra memory'), 'folded, time', 'folded, of the snapshot\'s', 'folded, extra memory']
  const text = plainTable(head, rows)
  const pair = (what) => [`${what}, census`, 'light census']
  const light = plainTable(['used heap', ...pair('longest stall'), ...pair('time'), 'of it', ...pair("twin's memory"), 'of it'], lightRows)
  console.log(`${text}\n\n${light}`)
  if (options.dry) return
  replaceTable(path.join(__dirname, '../docs/growth.md'), 'light', light)
  replaceTable(path.join(__dirname, '../docs/walker.md'), 'walker', text)
  replaceTable(path.join(__dirname, '../README.md'), 'walker', text)
}

if (process.env.LOOK) look(...process.env.LOOK.split(' '))
else main()
