/**
 * Starts a watchdog in each thread, and an endpoint where the environment says so: `node --import leakguard/register app.js`, `--require`, or
 * in `NODE_OPTIONS`. It exports types alone. What is wrong in the environment is one line on stderr, counts as not set, and the
 * app starts. docs/http.md has more.
 *
 * ```sh
 * LEAKGUARD_HTTP=9400 LEAKGUARD_DIR=/var/dumps node --import leakguard/register app.js
 * ```
 *
 * @module
 */

/** On, or off. */
export type Switch = '1' | 'true' | '0' | 'false'

/** The variables that are read, as they are in `process.env`. An empty one is not set. */
export interface Environment {
  /** `9400`, `127.0.0.1:9400`, `0` (a free port, told on stderr): the endpoint, in the main thread. Elsewhere than on this machine it needs a token. */
  LEAKGUARD_HTTP?: string
  /** The endpoint's token, at least 16 characters. */
  LEAKGUARD_TOKEN?: string
  /** What leaves over HTTP is redacted, and the snapshots that the watchdog keeps. */
  LEAKGUARD_REDACT?: 'always'
  /** Whether listeners, timers and handles are counted by place. Default: no. */
  LEAKGUARD_TRACK?: Switch
  /** Whether there is a watchdog. Default: yes. */
  LEAKGUARD_WATCH?: Switch
  /** How soon the watchdog judges. Default: `normal`. */
  LEAKGUARD_SENSITIVITY?: 'low' | 'normal' | 'high'
  /** How often the watchdog reads what collections do not show. Default: `10s`. */
  LEAKGUARD_INTERVAL?: string
  /** The folder for snapshots: of leaks, and of the endpoint. */
  LEAKGUARD_DIR?: string
  /** How many snapshots of leaks stay there. Default: 3. */
  LEAKGUARD_KEEP?: string
  /** How the watchdog looks at the heap. Default: `twin`. */
  LEAKGUARD_MODE?: 'auto' | 'twin' | 'inline'
  /** What is left when the heap is nearly full. Default: `none`. */
  LEAKGUARD_ON_HEAP_LIMIT?: 'snapshot' | 'report' | 'none'
  /** A flight recorder's file; `%p` becomes the process id. */
  LEAKGUARD_RECORDER?: string
  /** Whether leaks, their end, pressure and the endpoint's address are told on stderr. Default: yes. */
  LEAKGUARD_LOG?: Switch
}
