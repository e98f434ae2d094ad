'use strict'

// node bench/leaks.js DIR [--node=PATH] [--keep=FILE] [CASE…]
//
// Runs real leaks, their fixed versions and healthy programs, looks at each after each third of its run, and says what `growth`
// finds. DIR is described in real-leaks.js.

const fs = require('node:fs')
const { bench, verdict } = require('./real-leaks.js')

const LOOKS = 3

async function work({ mod, require: from, ctx }) {
  const { look } = require('../lib/growth/look.js')
  const state = await mod.setup(from, ctx)
  let at = 0
  const batch = Math.max(4, Math.floor(mod.N / LOOKS))
  const options = { mode: 'auto', priority: 'normal', busy: 'wait', readScripts: true, top: 10, minBytes: 65536, minCount: 20, maxPaths: 20_000 }
  const before = []
  for (;;) {
    for (const end = at + batch; at < end; at++) {
      await mod.iterate(state, at)
      if ((at & 63) === 0) await new Promise(setImmediate)
    }
    const isLast = before.length === LOOKS - 1
    const { census, growth, capture } = await look(options, isLast ? before : undefined)
    if (isLast) return { growth, capture, censusBytes: before.map((text) => text.length) }
    before.push(JSON.stringify(census))
  }
}

const totals = { named: 0, leaks: 0, silent: 0, healthy: 0 }

function tell(program, { growth, censusBytes }, { keep }) {
  const { id, variant, isLeak } = program
  const found = verdict(program, growth.suspects)
  totals[isLeak ? 'leaks' : 'healthy']++
  if (found in totals) totals[found]++
  const sizes = `heap ${growth.totalSizes.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ')} MB, census ${Math.round(Math.max(...censusBytes) / 1000)} kB`
  console.log(`${id} ${variant}: ${found} (${sizes})`)
  for (const suspect of growth.suspects.slice(0, 4)) console.log(`    ${suspect.cause}: ${suspect.text}`)
  if (keep) fs.appendFileSync(keep, `${JSON.stringify({ id, variant, growth })}\n`)
}

function done() {
  console.log(`${totals.named} of ${totals.leaks} leaks named first, ${totals.silent} of ${totals.healthy} healthy programs silent`)
}

bench(__filename, { options: { keep: { type: 'string' } }, work, tell, done })
