'use strict'

// node bench/watched-leaks.js DIR [--node=PATH] [--seconds=N] [CASE…]
//
// The watchdog on real leaks, their fixed versions and healthy programs, running for real: each works at a steady pace beside requests
// whose load wanders, on a small heap, until there is a leak event or the time is over. Says after how many mark-compacts the event came, and what
// it named. DIR is what bench/leaks.js wants.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { performance } = require('node:perf_hooks')

const FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=400', '--no-warnings']
/** Of the leak, in the whole time; the pace follows from it where a case has none. */
const GROWTH_BYTES = 12e6
const BYTES_AN_ITERATION = 1000
const BACKGROUND_BYTES = 16e6

/** Requests in flight: objects that live up to 1.5 s, as many as a load makes that wanders. */
function background() {
  const buckets = Array.from({ length: 64 }, () => [])
  let tick = 0
  let level = 1
  let due = 0
  return (ms) => {
    const bucket = ++tick & 63
    buckets[bucket] = []
    level = Math.min(1.4, Math.max(0.6, level + (Math.random() - 0.5) * 0.08))
    for (due += (BACKGROUND_BYTES * level * ms) / 1000; due > 0; ) {
      const rows = Array.from({ length: 8 + Math.floor(Math.random() * 60) }, (_, row) => ({ row, value: Math.random(), text: `t${row}` }))
      due -= 200 + rows.length * 90
      buckets[(tick + 2 + Math.floor(Math.random() * Math.random() * 60)) & 63].push({ tick, rows })
    }
  }
}

async function one(dir, id, variant, seconds) {
  const leakguard = require('..')
  const { mod, require: from, ctx, trap } = require(path.join(dir, 'lib', 'harness.js')).load(id, variant)
  const rate = mod.rate ?? (mod.traceRate > 0 ? mod.traceRate : Math.max(4, GROWTH_BYTES / BYTES_AN_ITERATION / seconds))
  ctx.horizon = Math.floor(rate * seconds)
  const state = await mod.setup(from, ctx)
  const load = background()
  let collections = 0
  let leak
  const watchdog = leakguard.watch({ interval: '2s' })
  watchdog.on('stats', () => collections++)
  let suspicion
  watchdog.on('suspicion', () => (suspicion ??= collections))
  watchdog.on('leak', (told) => (leak ??= { ...told, collections }))
  const start = performance.now()
  let done = 0
  let next = start
  while (leak === undefined && performance.now() - start < seconds * 1000) {
    const now = performance.now()
    if (now >= next) {
      load(25)
      next = Math.max(next + 25, now - 250)
    }
    let due = Math.min(Math.floor(((now - start) / 1000) * rate) - done, Math.ceil(rate))
    for (const until = now + 20; due-- > 0 && performance.now() < until; ) await mod.iterate(state, done++)
    await new Promise((resolve) => setTimeout(resolve, 4))
  }
  const answer = { trap, collections, suspicion, leak, iterations: done, verdict: watchdog.verdict }
  process.stdout.write(JSON.stringify(answer), () => process.exit(0))
}

function main() {
  const given = process.argv.slice(2)
  const flag = (name, fallback) => given.find((text) => text.startsWith(`--${name}=`))?.split('=')[1] ?? fallback
  const [folder, ...wanted] = given.filter((text) => !text.startsWith('--'))
  const dir = path.resolve(folder)
  const list = (name) => fs.readdirSync(path.join(dir, name)).filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -3))
  const cases = list('cases').flatMap((id) => [[id, 'leaky'], [id, 'control']])
  const runs = [...cases, ...list('traps').map((id) => [id, 'trap'])].filter(([id]) => wanted.length === 0 || wanted.includes(id))
  const after = []
  for (const [id, variant] of runs) {
    const run = spawnSync(flag('node', process.execPath), [...FLAGS, __filename, dir, id, variant, flag('seconds', '60')], {
      env: { ...process.env, LEAKS_ONE: '1' },
      maxBuffer: 1e9,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    })
    if (run.status !== 0) {
      console.log(`${id} ${variant}: FAILED ${run.stderr.slice(0, 600)}`)
      continue
    }
    const { collections, suspicion, leak, verdict } = JSON.parse(run.stdout)
    if (variant === 'leaky') after.push(leak?.collections ?? Infinity)
    const what = leak ? `LEAK after ${leak.collections} (by ${leak.confirmedBy}, suspicion after ${suspicion}): ${leak.text}` : `silent for ${collections} (${verdict?.state}, suspicion after ${suspicion})`
    console.log(`${id} ${variant}: ${what}`)
  }
  after.sort((a, b) => a - b)
  console.log(`${after.filter(Number.isFinite).length} of ${after.length} leaks told, after a median of ${after[after.length >> 1]} mark-compacts`)
}

if (process.env.LEAKS_ONE) {
  const [dir, id, variant, seconds] = process.argv.slice(2)
  one(dir, id, variant, Number(seconds)).catch((error) => {
    console.error(error)
    process.exit(1)
  })
} else main()
