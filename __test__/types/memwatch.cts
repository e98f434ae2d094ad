// Compiled, never run: what code written for memwatch looks like.
import memwatch = require('leakguard/memwatch')

memwatch.on('leak', ({ start, growth, reason, verdict }) => console.log(start.getTime() + growth, reason.length, verdict.kind))
memwatch.once('stats', (stats) => console.log(stats.usage_trend + stats.gcScavengeTime + stats.heap_size_limit))
memwatch.gc()
const heapDiff = new memwatch.HeapDiff()
const diff: memwatch.Diff = heapDiff.end()
for (const { what, size, '+': added } of diff.change.details) console.log(what, size, added.toFixed())
// @ts-expect-error there is no such event
memwatch.on('stat', (stats: memwatch.Stats) => stats)
