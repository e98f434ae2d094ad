import type { Watchdog } from './index.js'

export interface CollectOptions {
  /** The registry. Default: prom-client's own. */
  register?: any
  /** The module, where it is not found beside leakguard: `require('prom-client')`. */
  client?: any
  /** Whose judgement is told. Default: one of its own, shared within the thread. */
  watchdog?: Watchdog
  /** Counts listeners, timers and handles too. Default: false. */
  track?: boolean
}

/** Registers leakguard's metrics with prom-client; `stop()` takes them out again. */
export function collectMetrics(options?: CollectOptions): { stop(): void; [Symbol.dispose](): void }
