'use strict'

// node bench/leaks.js DIR [--node=PATH] [--keep=FILE] [CASE…]
//
// Runs real leaks, their fixed versions and healthy programs, looks at each three times while it works, and says what `growth`
// finds. DIR has `cases/<id>.js` and `traps/<id>.js`, each `{ id, N, setup, iterate, teardown, expect }`, and `lib/harness.js` with
// `load(id, variant)`; the packages that a case needs lie where that harness looks. A leak is named where each of
// `expect.retainer`, a text or an expression, is found in the first suspect: its name, place, class and path.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const LOOKS = 3

async function one(dir, id, variant) {
  const { load } = require(path.join(dir, 'lib', 'harness.js'))
  const { look } = require('../lib/growth/look.js')
  const { mod, require: from, ctx } = load(id, variant)
  const state = await mod.setup(from, ctx)
  let at = 0
  const work = async (iterations) => {
    for (let end = at + iterations; at < end; at++) {
      await mod.iterate(state, at)
      if ((at & 63) === 0) await new Promise(setImmediate)
    }
  }
  const batch = Math.max(4, Math.floor(mod.N / (LOOKS + 1)))
  const options = { mode: 'auto', priority: 'normal', busy: 'wait', readScripts: true, top: 10, minBytes: 65536, minCount: 20, maxPaths: 20_000 }
  const before = []
  for (;;) {
    await work(batch)
    const isLast = before.length === LOOKS - 1
    const { census, growth, capture } = await look(options, isLast ? before : undefined)
    if (isLast) {
      process.stdout.write(JSON.stringify({ growth, capture, censusBytes: before.map((text) => text.length) }), () => process.exit(0))
      return
    }
    before.push(JSON.stringify(census))
  }
}

function main() {
  const given = process.argv.slice(2)
  const flag = (name) => given.find((text) => text.startsWith(`--${name}=`))?.split('=')[1]
  const [folder, ...wanted] = given.filter((text) => !text.startsWith('--'))
  const dir = path.resolve(folder)
  const list = (folder) => fs.readdirSync(path.join(dir, folder)).filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -3))
  const cases = list('cases').flatMap((id) => [[id, 'leaky'], [id, 'control']])
  const runs = [...cases, ...list('traps').map((id) => [id, 'trap'])].filter(([id]) => wanted.length === 0 || wanted.includes(id))
  const totals = { named: 0, leaks: 0, silent: 0, healthy: 0 }
  for (const [id, variant] of runs) {
    const run = spawnSync(flag('node') ?? process.execPath, [__filename, dir, id, variant], {
      env: { ...process.env, LEAKS_ONE: '1' },
      maxBuffer: 1e9,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    })
    if (run.status !== 0) {
      console.log(`${id} ${variant}: FAILED ${run.stderr.slice(0, 600)}`)
      continue
    }
    const { growth, censusBytes } = JSON.parse(run.stdout)
    const verdict = variant === 'leaky' ? named(require(path.join(dir, 'cases', `${id}.js`)), growth) : silent(growth)
    const ok = variant === 'leaky' ? 'named' : 'silent'
    totals[variant === 'leaky' ? 'leaks' : 'healthy']++
    if (verdict === ok) totals[ok]++
    const sizes = `heap ${growth.totalSizes.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ')} MB, census ${Math.round(Math.max(...censusBytes) / 1000)} kB`
    console.log(`${id} ${variant}: ${verdict} (${sizes})`)
    for (const suspect of growth.suspects.slice(0, 4)) console.log(`    ${suspect.cause}: ${suspect.text}`)
    if (flag('keep')) fs.appendFileSync(flag('keep'), `${JSON.stringify({ id, variant, growth })}\n`)
  }
  console.log(`${totals.named} of ${totals.leaks} leaks named first, ${totals.silent} of ${totals.healthy} healthy programs silent`)
}

function named({ expect }, { suspects: [first] }) {
  if (first === undefined) return 'MISSED'
  const { name, type, location, path: way, inside = [] } = first
  const text = [name, type, location?.file, ...way.flatMap((step) => [step.edge, step.name]), ...inside].join(' ')
  const missing = expect.retainer.filter((part) => !(part instanceof RegExp ? part.test(text) : text.includes(part)))
  return missing.length === 0 ? 'named' : `NAMED OTHERWISE, without ${missing.join(' ')}`
}

function silent({ suspects }) {
  return suspects.length === 0 ? 'silent' : 'ACCUSED'
}

if (process.env.LEAKS_ONE) {
  const [dir, id, variant] = process.argv.slice(2)
  one(path.resolve(dir), id, variant).catch((error) => {
    console.error(error)
    process.exit(1)
  })
} else main()
