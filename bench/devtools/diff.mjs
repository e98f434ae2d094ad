// node diff.mjs BEFORE AFTER: the comparison of DevTools' panel: both snapshots loaded, the rows of what came and went.
import { open } from './open.mjs'

const [before, after] = process.argv.slice(2)
const base = await open(before)
const snapshot = await open(after)
const rows = snapshot.calculateSnapshotDiff(1, base.aggregatesForDiff(snapshot.interfaceDefinitions()))
console.log(Object.keys(rows).length)
process.exit(0)
