// node load.mjs FILE: loads a snapshot as DevTools' panel does, up to its class table.
import { open } from './open.mjs'

const snapshot = await open(process.argv[2])
console.log(Object.keys(snapshot.aggregatesWithFilter({})).length)
process.exit(0)
