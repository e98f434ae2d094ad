'use strict'
// node bench/needs.js [--megabytes 60] [--dry]
// What a capture costs for a byte of small objects, by Node's line and by the shape of the heap: the source of the table in
// lib/capture/needs.js. Memory and bytes are the same on any machine; ms are not, and are rounded up there.

const { execFileSync } = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { parseArgs } = require('util')
const v8 = require('v8')
const { plainTable, replaceTable } = require('./table')

const SHAPES = {
  objects: (keep, n) => keep.push({ id: n, name: `item ${n}`, tags: [n, n + 1], at: { x: n, y: null } }),
  strings: (keep, n) => keep.push(Buffer.from(`text of number ${n} and more`).toString('latin1')),
  closures: (keep, n) => {
    const captured = { n }
    keep.push(() => captured)
  },
  maps: (keep, n) => {
    if (n % 3000 === 0) keep.push(new Map())
    keep.at(-1).set(`k${n}`, { n })
  },
  'long strings': (keep, n) => keep.push(Buffer.alloc(20_000, `abc${n}`).toString('latin1')),
}

async function child(shape, megabytes, how) {
  const leakguard = require('..')
  const keep = (globalThis.keep = [])
  for (let n = 0; v8.getHeapStatistics().used_heap_size < megabytes * 1e6; ) {
    for (const end = n + 1000; n < end; n++) SHAPES[shape](keep, n)
  }
  global.gc()
  const spaces = v8.getHeapSpaceStatistics().filter((space) => !space.space_name.includes('large_object'))
  const small = spaces.reduce((sum, space) => sum + space.space_used_size, 0)
  const status = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
  fs.writeFileSync('/proc/self/clear_refs', '5')
  const before = status('VmRSS')
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-needs-')), 'a.heapsnapshot')
  const [mode, count] = how.split(' ')
  const capture = count
    ? { ...(await leakguard.census({ kind: 'light', mode, force: true })).capture, bytes: 0 }
    : await leakguard.writeSnapshot(file, { mode, force: true })
  fs.rmSync(path.dirname(file), { recursive: true })
  const memory = mode === 'twin' ? capture.twinPeakBytes : status('VmHWM') - before
  console.log(JSON.stringify({ memory: memory / small, file: capture.bytes / small, ms: capture.pauseMs / (small / 1e6) }))
}

function main(megabytes) {
  const { nodes } = require('../scripts/nodes')
  const rows = []
  for (const node of nodes()) {
    for (const shape of Object.keys(SHAPES)) {
      const measure = (how) => {
        const args = ['--expose-gc', '--max-old-space-size=4000', __filename, '--child', shape, '--how', how, '--megabytes', megabytes]
        return JSON.parse(execFileSync(node.path, args, { encoding: 'utf8' }))
      }
      const [inline, twin, count, counted] = ['inline', 'twin', 'inline count', 'twin count'].map(measure)
      const cells = [
        node.version,
        shape,
        ...[inline.memory, twin.memory, inline.file].map((value) => value.toFixed(2)),
        `${inline.ms.toFixed(0)} ms/MB`,
        ...[count.memory, counted.memory].map((value) => value.toFixed(2)),
        `${count.ms.toFixed(0)} ms/MB`,
      ]
      console.error(cells.join(' | '))
      rows.push(cells)
    }
  }
  const text = plainTable(['Node', 'heap of', 'inline memory', 'twin memory', 'file', 'inline pause', 'light, inline', 'light, twin', 'light, pause'], rows)
  console.log(text)
  if (!values.dry) replaceTable(path.join(__dirname, '../docs/performance.md'), 'needs', text)
}

const { values } = parseArgs({
  options: { dry: { type: 'boolean' }, megabytes: { type: 'string', default: '60' }, child: { type: 'string' }, how: { type: 'string' } },
})
if (values.child) child(values.child, Number(values.megabytes), values.how)
else main(values.megabytes)
