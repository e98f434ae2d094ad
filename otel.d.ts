import type { Watchdog } from './index.js'

export interface RegisterOptions {
  /** Default: the global one of `@opentelemetry/api`. */
  meterProvider?: any
  /** Whose judgement is told. Default: one of its own, shared within the thread. */
  watchdog?: Watchdog
  /** Counts listeners, timers and handles too. Default: false. */
  track?: boolean
}

/** Registers leakguard's metrics as observable instruments of OpenTelemetry; `stop()` ends that. */
export function registerMetrics(options?: RegisterOptions): { stop(): void; [Symbol.dispose](): void }
