/// <reference types="node" />

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duration, Size, Watchdog } from './index.js'

/** What is about to be done. */
export interface CaptureRequest {
  kind: 'snapshot' | 'census' | 'growth' | 'gc'
}

/** What the endpoint can be told; docs/http.md has it in a table. */
export interface EndpointOptions {
  /**
   * Who sends it as `Authorization: Bearer …` is answered, from wherever. At least 16 characters of visible ASCII. Without it and
   * without `authorize` only programs of this machine are answered, which speak to it by a name of this machine.
   */
  token?: string
  /** Decides who is answered, by anything but `true` not: 404. With a token too, both are needed. */
  authorize?: (request: IncomingMessage) => boolean | Promise<boolean>
  /** Where it is mounted, as `'/heap'`, where the server does not take that off the URL itself: node:http, Koa. */
  path?: string
  /** Whose readings and leaks are shown. Default: one of its own, shared within the thread. */
  watchdog?: Watchdog
  /** The server's folder of snapshots. Default: the environment's `LEAKGUARD_DIR`; without one there is none. */
  snapshotDir?: string | URL
  /** How many snapshots that were written over HTTP stay there. Default: 5. */
  keep?: number
  /** `'always'`: snapshots leave redacted, whatever was asked for, and the `strings` of a census without texts. Names stay. */
  redact?: 'always'
  /** Asked before work that costs: `false`, or an error, refuses it. */
  beforeCapture?: (request: CaptureRequest) => unknown
  /** How the heap is captured. Default: `auto`, by a twin where there can be one. */
  mode?: 'auto' | 'twin' | 'inline'
  /** Refuses an inline capture whose pause is estimated to be longer. */
  maxPause?: Duration
  /** Refuses a capture that is estimated to take more memory for itself, and ends a twin that does. */
  maxMemory?: Size
  /** Whether a twin gives way to the app where both want the processor. Default: `low`, it does. */
  priority?: 'low' | 'normal'
  /** The longest that work, sending included, may take. Default: 10 minutes. */
  timeout?: Duration
  /** A reader that takes nothing of an answer for so long is cut off. Default: 30 seconds. */
  stall?: Duration
  /** How many captures, censuses, growth runs and collections there are a minute, at most. Default: 12. */
  rate?: number
  /** How many clients listen to events at once. Default: 8. */
  clients?: number
  /** Counts listeners, timers and handles by the place that makes them. Default: false. */
  track?: boolean
}

/** `(req, res, next?)` for node:http, Express and Connect. It answers by itself and never throws. */
export interface Handler {
  (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): Promise<void>
  /** Ends its watchdog, its clients and what is in progress. Doing so again does nothing. */
  close(): void
}

/** The endpoint. Its watchdog, unless it is given one, watches from now on. */
export function handler(options?: EndpointOptions): Handler

export interface ServeOptions extends EndpointOptions {
  /** Default: a free one. */
  port?: number
  /** Default: `127.0.0.1`. One that can be reached from elsewhere needs a token or `authorize`. */
  host?: string
}

export interface Served {
  url: string
  port: number
  host: string
  close(): Promise<void>
}

/** The endpoint on a port of its own, for apps without HTTP. It keeps no process alive. */
export function serve(options?: ServeOptions): Promise<Served>
