/// <reference types="node" />
import type { Duration, Size } from './index.js'

/** What is followed from batch to batch. */
export type Tracked = 'heap' | 'external' | 'timers' | 'handles' | 'listeners'

/** How it is found out whether a call leaks. */
export interface LeakOptions<Given = any> {
  /** Calls in a batch. Default: as many as take about 30 ms, from 20 to 2,000, and more where they do not settle it. */
  iterations?: number
  /** Calls before anything is measured: lazy loading, filling caches. Default: as many as in a batch. */
  warmup?: number
  /** What a call may keep: bytes, or bytes and objects, as which values that are none count, too. Default: nothing. */
  tolerance?: Size | { bytes?: Size; objects?: number }
  /** How long one call may take to settle: `ERR_LEAKGUARD_TIMEOUT` says which did not. Default: 4 s. */
  timeout?: Duration
  /** What may grow: any part of its name, path, class or fingerprint. */
  ignore?: string | RegExp | (string | RegExp)[]
  /** What is read. Default: all but `listeners`, which costs a look at each `on` and `addEventListener`. */
  track?: Tracked[]
  /** Before each call; what it answers, or resolves to, is given to the call and to `teardown`. */
  setup?: () => Given | Promise<Given>
  /** After each call. */
  teardown?: (given: Given) => unknown
  /** Where all that was found is written as JSON, if it leaks. */
  report?: string | URL
  /** How the heap is looked at. Default: by a twin where there can be one, else inline. */
  mode?: 'auto' | 'twin' | 'inline'
  /** Whether leakguard reads V8's heap itself, as with `census`, in a fraction of the time of V8's snapshot. Default: `auto`. */
  walker?: boolean | 'auto'
}

export interface CollectedOptions {
  /** How long it may take. Default: 1 s. */
  timeout?: Duration
  /** How the heap is looked at for what holds the object. */
  mode?: 'auto' | 'twin' | 'inline'
}

export interface RetainOptions<Given = any> {
  /** How long one call may take to settle. Default: 4 s. */
  timeout?: Duration
  /** Before each call, as with `LeakOptions`. */
  setup?: () => Given | Promise<Given>
  /** After each call. */
  teardown?: (given: Given) => unknown
}

/** What existed when `ignoreCurrent()` was called. */
export interface Existing {
  readonly listeners: ReadonlyMap<string | symbol, readonly unknown[]>
  readonly resources: ReadonlyMap<string, number>
}

export interface NoneOptions {
  /** What may be there. Default: what was there when this module was loaded. */
  ignoreCurrent?: Existing
  /** What else may be there: any part of the line that names it. */
  ignore?: string | RegExp | (string | RegExp)[]
  /** How long it is waited for what is about to go. Default: 1 s. */
  timeout?: Duration
}

/**
 * Resolves when a call of `fn`, synchronous or not, keeps nothing. Else it rejects: `ERR_LEAKGUARD_LEAK` says what grows and where
 * it is held; `ERR_LEAKGUARD_UNDECIDED`: memory grows, and nothing in the heap does with the calls; `ERR_LEAKGUARD_CALL`: a call
 * failed, `cause` is why and `iteration` which; `ERR_LEAKGUARD_TIMEOUT`: a call did not settle.
 */
export function assertNoLeak<Given = any>(fn: (given: Given) => unknown, options?: LeakOptions<Given>): Promise<void>

/** Resolves when a call of `fn` keeps something; the other way round. */
export function assertLeak<Given = any>(fn: (given: Given) => unknown, options?: LeakOptions<Given>): Promise<void>

/** Resolves when the object of a `WeakRef`, or one that the function makes, is collected. */
export function assertCollected(object: WeakRef<object> | (() => object | Promise<object>), options?: CollectedOptions): Promise<void>

/** Resolves when a call retains less than `size` bytes: its answer with all that only that reaches, and what it leaves elsewhere. */
export function assertRetainsLessThan<Given = any>(fn: (given: Given) => unknown, size: Size, options?: RetainOptions<Given>): Promise<void>

/** What there is now, for `verifyNone`. */
export function ignoreCurrent(): Existing

/**
 * Resolves when no listener on `process`, timer or handle is there that was not there before; rejects with `ERR_LEAKGUARD_LEAK`,
 * which names them. For `afterAll`. Timers and handles that are unref'd are not seen.
 */
export function verifyNone(options?: NoneOptions): Promise<void>

/** The matchers that `leakguard/jest` and `leakguard/vitest` add. */
export interface LeakMatchers {
  /** Does a call leak? `await expect(() => handle(request)).not.toLeak()` */
  toLeak(options?: LeakOptions): Promise<void>
  /** Of a WeakRef, or of a function that makes the object: is it collected? */
  toBeCollected(options?: CollectedOptions): Promise<void>
  /** Does a call retain less than `size` bytes? */
  toRetainLessThan(size: Size, options?: RetainOptions): Promise<void>
}
