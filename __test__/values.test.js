'use strict'

// What grows by values that are no objects: V8 makes room for them now and then, so that the heap itself grows at one look in several.

const test = require('node:test')
const assert = require('node:assert/strict')
const leakguard = require('leakguard')
const { program } = require('./support/child.js')

const { walker, reasons } = leakguard.capabilities()
const skip = !walker && reasons.walker

/** Does `step(n)` all the time while the heap is looked at; what grows, by name. */
async function growing(source) {
  const { suspects } = await program(`${source}
    let n = 0
    const work = (steps) => { for (const end = n + steps; n < end; n++) step(n) }
    work(100_000)
    const timer = setInterval(work, 5, 200)
    leakguard.findGrowth({ rounds: 4, interval: '300ms', force: true, walker: true }).then((growth) => {
      clearInterval(timer)
      console.log(JSON.stringify(growth))
    })`)
  return new Map(suspects.map((suspect) => [suspect.name, suspect]))
}

test('numbers, and the same text again and again, are counted where they are held', { skip }, async () => {
  const found = await growing(`const latencies = [], ratios = [], seen = new Set(), hits = new Map(), byId = {}, levels = []
    globalThis.kept = () => [latencies, ratios, seen, hits, byId, levels]
    function step(n) {
      latencies.push(n & 255); ratios.push(n / 7); seen.add(n); hits.set(n, 1); byId[n * 104_729 % 1e9] = true; levels.push('info')
    }`)
  const types = { latencies: 'Array of numbers', ratios: 'Array of numbers', seen: 'Set of numbers', hits: 'Map of numbers', byId: 'Object', levels: 'Array' }
  for (const [name, type] of Object.entries(types)) {
    const { values, sizes, counts, text, ...suspect } = found.get(name) ?? assert.fail(`${name} is not among ${[...found.keys()]}`)
    assert.equal(suspect.type, type, name)
    assert.ok(values.length === 4 && values.every((count, at) => count > (at > 0 ? values[at - 1] : 99_999)), `${name}: ${values}`)
    // Each value has its part of the room that there is.
    assert.ok(sizes.every((size, at) => at === 0 || size > sizes[at - 1]) && suspect.retainedDelta === sizes[3] - sizes[0], `${name}: ${sizes}`)
    assert.deepEqual([suspect.countDelta, ...counts], [0, 1, 1, 1, 1], name)
    assert.match(text, new RegExp(`^${name} \\(.*\\+[\\d,]+ values and \\+.* over 4 looks \\([\\d,]+ values, .* now\\)`))
  }
})

test('what has as many values as before does not grow, whatever room it has', { skip }, async () => {
  const found = await growing(`const ring = [], recent = new Map(), table = new Float64Array(1e6), once = Array.from({ length: 50_000 }, (_, n) => n)
    const slots = [], byId = {}, groups = new Map()
    globalThis.kept = () => [ring, recent, table, once, slots, byId, groups]
    function step(n) {
      ring.push(n); if (ring.length > 20_000) ring.shift()
      recent.delete(n % 20_000); recent.set(n % 20_000, n)
      table[n % 1e6] = n; once[n % 50_000] = n
      slots[n * 7919] = n; delete slots[(n - 20_000) * 7919] // as long as its largest place, and as full as before
      byId[n * 7919] = n; delete byId[(n - 20_000) * 7919]
      if (n % 2000 === 0) groups.set(n % 100_000, Array.from({ length: 100 }, (_, nth) => n + nth))
    }`)
  assert.deepEqual([...found.keys()], [])
})
