// node same.mjs PLAIN REDACTED: opens both in DevTools and compares what it makes of every node. One line of JSON: how many
// nodes there are, how many differ by what, and the rows of the class table that differ by more than nothing.
import { open } from './open.mjs'

const COLUMNS = { retained: 'retainedSizes', distance: 'nodeDistances', dominator: 'dominatorsTree' }

const [plain, redacted] = [await open(process.argv[2]), await open(process.argv[3])]
if (plain.nodeCount !== redacted.nodeCount) throw new Error(`${plain.nodeCount} nodes became ${redacted.nodeCount}`)
const differ = { own: 0, id: 0, type: 0 }
for (const [name, column] of Object.entries(COLUMNS)) differ[name] = plain[column].reduce((sum, value, at) => sum + (value === redacted[column][at] ? 0 : 1), 0)
const [a, b] = [plain.createNode(0), redacted.createNode(0)]
for (let at = 0; at < plain.nodeCount; at++) {
  a.nodeIndex = at * plain.nodeFieldCount
  b.nodeIndex = at * redacted.nodeFieldCount
  if (a.selfSize() !== b.selfSize()) differ.own++
  if (a.id() !== b.id()) differ.id++
  if (a.type() !== b.type()) differ.type++
}
const rows = (snapshot) => new Map(Object.values(snapshot.aggregatesWithFilter({})).map(({ name, count, self, maxRet }) => [name, `${count} ${self} ${maxRet}`]))
const [before, after] = [rows(plain), rows(redacted)]
const classes = [...before].filter(([name, row]) => after.get(name) !== row).map(([name, row]) => `${name}: ${row} became ${after.get(name) ?? 'nothing'}`)
console.log(JSON.stringify({ nodes: plain.nodeCount, differ, rows: before.size, classes }))
process.exit(0)
