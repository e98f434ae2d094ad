'use strict'
// Preloaded into a measured Node program where GNU time is not installed: writes its peak memory, in KiB, when it ends.

const { isMainThread } = require('worker_threads')
if (isMainThread) {
  process.on('exit', () => require('fs').writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS)))
}
