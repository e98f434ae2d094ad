'use strict'

// Two snapshots of one process, between which it leaks, lets go, and keeps: what came is told under what holds it.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const leakguard = require('leakguard')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

/** Its argument is where the snapshots go, and how many objects it has from the start. */
const SOURCE = `'use strict'
const leakguard = require(${JSON.stringify(root)})
class Order { constructor(n) { this.n = n; this.url = '/order/' + n } }
class Ticket { constructor(n) { this.n = n } }
class Visitor { constructor(n) { this.n = n } }
const leakedArray = [] // here
let tickets = []
const visitors = []
const more = Number(process.argv[3])
for (let n = 0; n < 3000 + more; n++) { tickets.push(new Ticket(n)); visitors.push(new Visitor(n)) }
const step = (n) => { leakedArray.push(new Order(n)); return [tickets, visitors] }
step(0)
globalThis.handler = step
async function main() {
  await leakguard.writeSnapshot(process.argv[2] + '-1.heapsnapshot', { mode: 'inline' })
  for (let n = 0; n < 4000; n++) step(n)
  tickets = []
  await leakguard.writeSnapshot(process.argv[2] + '-2.heapsnapshot', { mode: 'inline' })
  step(1)
}
main()
`

test('two snapshots of one process', async (t) => {
  const folder = folderFor(t)
  const file = join(folder, 'main.cjs')
  fs.writeFileSync(file, SOURCE)
  const line = SOURCE.split('\n').findIndex((text) => text.includes('// here')) + 1
  for (const [name, more] of [['a', '0'], ['b', '777']]) {
    const { code, stderr } = await node([file, join(folder, name), more])
    assert.equal(code, 0, stderr)
  }
  const [before, after, foreign] = ['a-1', 'a-2', 'b-2'].map((name) => join(folder, `${name}.heapsnapshot`))

  await t.test('what came, by class and by what holds it', async () => {
    const looks = new Set()
    const diff = await leakguard.diff(before, after, { top: 1000, onProgress: ({ look, looks: all }) => looks.add(`${look} of ${all}`) })
    assert.deepEqual([...looks], ['1 of 2', '2 of 2'])
    const { after: second, new: came, freed, survived } = diff.totals
    assert.equal(second.size, came.size + survived.size)
    assert.ok(came.count >= 8000 && freed.count >= 3000)

    const classOf = (name) => diff.classes.find((row) => row.name === name)
    const orders = classOf('Order')
    assert.deepEqual([orders.new.count, orders.survived.count, orders.freed.count, orders.countDelta], [4000, 1, 0, 4000])
    assert.equal(orders.sizeDelta, orders.after.size - orders.before.size)
    const tickets = classOf('Ticket')
    assert.deepEqual([tickets.new.count, tickets.survived.count, tickets.freed.count], [0, 0, 3000])
    assert.equal(classOf('Visitor'), undefined, 'what only stays is no change')
    const deltas = diff.classes.map((row) => row.sizeDelta)
    assert.deepEqual(deltas, [...deltas].sort((a, b) => b - a))

    const [holder] = diff.holders
    assert.equal(holder.name, 'leakedArray')
    assert.equal(holder.type, 'Array of Order')
    assert.deepEqual([fs.realpathSync(holder.location.file), holder.location.line], [file, line])
    assert.ok(holder.count >= 8000, 'orders and their texts')
    assert.equal(holder.classes.find((row) => row.name === 'Order').count, 4000)
    assert.ok(holder.path.some((step) => step.edge === 'leakedArray'))
    assert.match(diff.text, /most of what is new: leakedArray \(main\.cjs:\d+\), Array of Order: /)
    const all = diff.holders.reduce((sum, row) => sum + row.count, diff.internal.count)
    assert.ok(diff.holderCount === diff.holders.length && all >= came.count * 0.95)
  })

  await t.test('streams, URLs, and rows at most', async () => {
    const diff = await leakguard.diff(fs.createReadStream(before), pathToFileURL(after), { top: 1 })
    assert.deepEqual([diff.classes.length, diff.holders.length, diff.holders[0].name], [1, 1, 'leakedArray'])
    assert.ok(diff.classCount > 1)
  })

  await t.test('the same file twice has not changed', async () => {
    const { classes, holders, totals, text } = await leakguard.diff(after, after)
    assert.deepEqual([classes, holders, totals.new.count, totals.freed.count, text], [[], [], 0, 0, 'nothing changed'])
  })

  await t.test('what cannot be compared is refused, by code', async () => {
    const rejects = (pair, code, message, options) => assert.rejects(leakguard.diff(...pair, options), { code, message })
    await rejects([before, foreign], 'ERR_LEAKGUARD_UNRELATED', /growth/)
    await rejects([after, foreign], 'ERR_LEAKGUARD_UNRELATED', /growth/)
    await rejects([after, before], 'ERR_LEAKGUARD_UNRELATED', /earlier one first/)
    const damaged = join(folder, 'damaged.heapsnapshot')
    fs.writeFileSync(damaged, fs.readFileSync(after).subarray(0, 100_000))
    await rejects([before, damaged], 'ERR_LEAKGUARD_PARSE', /the second snapshot \(.*damaged\.heapsnapshot\): /)
    await rejects([damaged, after], 'ERR_LEAKGUARD_PARSE', /the first snapshot \(/)
    await rejects([before, join(folder, 'none')], 'ERR_LEAKGUARD_IO', /cannot open .*none/)
    await rejects([before, 5], 'ERR_LEAKGUARD_OPTION', /after must be/)
    await rejects([before, after], 'ERR_LEAKGUARD_OPTION', /rows/, { rows: 3 })
    await rejects([before, after], 'ERR_LEAKGUARD_CANCELLED', /./, { signal: AbortSignal.abort() })
    await rejects([before, after], 'ERR_LEAKGUARD_LIMIT', /the first snapshot/, { limits: { maxNodes: 10 } })
  })

  await t.test('the command line', async () => {
    const run = (...args) => node([join(root, 'bin', 'leakguard.js'), 'diff', ...args])
    const page = await run(before, after, '--top', '5')
    assert.equal(page.code, 0, page.stderr)
    assert.match(page.stdout, /^1\. leakedArray: Array of Order$/m)
    assert.match(page.stdout, new RegExp(`main\\.cjs:${line}:`))
    assert.match(page.stdout, /Order/)
    const { stdout } = await run(before, after, '--json', '--no-scripts')
    assert.equal(JSON.parse(stdout).holders[0].name, 'leakedArray')
    const foreignRun = await run(before, foreign)
    assert.deepEqual([foreignRun.code, foreignRun.stdout], [3, ''])
    assert.match(foreignRun.stderr, /^leakguard: ERR_LEAKGUARD_UNRELATED: .*growth/)
    assert.match((await run(before)).stderr, /takes two FILEs/)
  })
})
