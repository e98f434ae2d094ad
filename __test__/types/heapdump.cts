// Compiled, never run: what code written for heapdump looks like.
import heapdump = require('leakguard/heapdump')

const done: boolean = heapdump.writeSnapshot('a.heapsnapshot', (err, filename) => console.log(err?.code, filename?.length))
heapdump.writeSnapshot((err) => console.log(done, err?.message))
heapdump.writeSnapshot()
// @ts-expect-error a number is no name
heapdump.writeSnapshot(3)
