'use strict'
// node bench/redact.js [--megabytes 300] [--runs 5] [--dry]
// Redaction of a file against plain copying of the same file, alternating; both read from the page cache and write a new file.
// node bench/redact.js --devtools (Node 22 or newer)
// Opens a snapshot and its redacted copies in Chrome DevTools, and compares what it makes of every node.

const { execFileSync } = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { parseArgs } = require('util')
const { plainTable, replaceTable } = require('./table')
const leakguard = require('..')

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

async function main({ megabytes, runs, dry, devtools }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-redact-'))
  try {
    const [source, target] = ['plain.heapsnapshot', 'out.heapsnapshot'].map((name) => path.join(folder, name))
    const keep = (globalThis.keep = [])
    const items = devtools ? 10_000 : megabytes * 3000
    for (let n = 0; n < items; n++) keep.push({ id: n, name: `item ${n}`, tags: [n, n + 1], at: { x: n, y: null } })
    if (devtools) keep.push(...Array.from({ length: 1000 }, (_, n) => [new RegExp(`pattern ${n}`), new Map([[`key ${n}`, { n }]]), new Error(`error ${n}`), Symbol(`symbol ${n}`)]))
    const { bytes } = await leakguard.writeSnapshot(source, { force: true })
    keep.length = 0
    if (devtools) return await openInDevTools(source, target)
    const copy = async () => {
      const from = fs.createReadStream(source, { highWaterMark: 1 << 20 })
      await require('stream/promises').pipeline(from, fs.createWriteStream(target, { highWaterMark: 1 << 20 }))
    }
    const ways = { copy, redact: () => leakguard.redact(source, target), strict: () => leakguard.redact(source, target, { strict: true }) }
    const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
    for (let run = 0; run <= runs; run++) {
      for (const [name, way] of Object.entries(ways)) {
        fs.rmSync(target, { force: true })
        const start = performance.now()
        await way()
        if (name === 'copy') flush(target) // as redact does
        const ms = performance.now() - start
        if (run > 0) times[name].push(ms) // the first warms up
      }
    }
    const base = median(times.copy)
    const rows = Object.entries(times).map(([name, all]) => {
      const ms = median(all)
      return [name, `${Math.round(bytes / 1e3 / ms)} MB/s`, (base / ms).toFixed(2)]
    })
    const about = `A file of ${Math.round(bytes / 1e6)} MB, medians of ${runs} alternating runs, each with its flush to the disk.`
    const text = `${plainTable(['', 'speed', 'of plain copying'], rows)}\n\n${about}`
    console.log(text)
    if (!dry) replaceTable('docs/redaction.md', 'bench-redact', text)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Ends with an error where a size of a node is not the same. */
async function openInDevTools(source, target) {
  require('./peers').installPeers()
  for (const strict of [false, true]) {
    await leakguard.redact(source, target, { strict })
    const compare = [path.join(__dirname, 'devtools/same.mjs'), source, target]
    const { nodes, differ, rows, classes } = JSON.parse(execFileSync(process.execPath, compare, { encoding: 'utf8' }))
    console.log(`${strict ? 'strict' : 'redacted'}: ${nodes} nodes, ${rows} classes, opened in DevTools; of the nodes differ: ${JSON.stringify(differ)}`)
    for (const line of classes) console.log(`  class ${line}`)
    if (Object.values(differ).some((count) => count > 0)) process.exitCode = 1
  }
}

function flush(file) {
  const fd = fs.openSync(file, 'r+')
  fs.fsyncSync(fd)
  fs.closeSync(fd)
}

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '100' }, runs: { type: 'string', default: '5' }, dry: { type: 'boolean', default: false }, devtools: { type: 'boolean', default: false } },
})
main({ megabytes: Number(values.megabytes), runs: Number(values.runs), dry: values.dry, devtools: values.devtools })
