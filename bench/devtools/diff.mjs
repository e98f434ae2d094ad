// node diff.mjs BEFORE AFTER: the comparison of DevTools' panel: both snapshots loaded, the rows of what came and went.
import { load } from './load.mjs'

const [before, after] = process.argv.slice(2)
const base = await load(before)
const snapshot = await load(after)
const rows = snapshot.calculateSnapshotDiff(1, base.aggregatesForDiff(snapshot.interfaceDefinitions()))
console.log(Object.keys(rows).length)
process.exit(0)
