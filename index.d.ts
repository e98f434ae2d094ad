/// <reference types="node" />

/** Bytes, or a text such as `'10MB'` (kB, MB, GB: powers of 1,000; KiB, MiB, GiB: powers of 1,024). */
export type Size = number | string

/** Every failure that this module reports. `instanceof` works across realms and copies of the module. */
export class LeakguardError extends Error {
  /** Stable across releases, and the first word of `message`. */
  readonly code: ErrorCode
  /** The system's or the caller's own error, where there is one: its `code` is `ENOENT`, `ENOSPC`, … */
  readonly cause?: any
  /** Where in the (decompressed) snapshot it happened, where it has a place. */
  readonly byte?: number
  /** Where a twin left nothing, why: it `died` (crashed), was `killed` by somebody, slept without progress (`stalled`), … */
  readonly failure?: TwinFailure
  /** With `ERR_LEAKGUARD_HEADROOM`: bytes that the capture is estimated to need. */
  readonly need?: number
  /** With `ERR_LEAKGUARD_HEADROOM`: bytes that are left for it. */
  readonly headroom?: number
  /** With `ERR_LEAKGUARD_HEADROOM`: whose limit it is, in words. */
  readonly limit?: string
  /** With `ERR_LEAKGUARD_CALL` and `ERR_LEAKGUARD_TIMEOUT`: the number of the call, from 1. */
  readonly iteration?: number
  /** With `ERR_LEAKGUARD_PAUSE`: the estimated pause in ms. */
  readonly estimateMs?: number
}

/** Why a twin left nothing. */
export type TwinFailure =
  | 'unsupported' | 'refused' | 'died' | 'killed' | 'stalled' | 'capture' | 'sink' | 'headroom' | 'cancelled' | 'internal'

/** A duration: ms, or a text such as `'30s'` (ms, s, m, h, d). */
export type Duration = number | string

export type ErrorCode =
  /** An argument or option is wrong; the message names it. */
  | 'ERR_LEAKGUARD_OPTION'
  /** Reading or writing failed; `cause` says why. */
  | 'ERR_LEAKGUARD_IO'
  /** The input is no heap snapshot, or stops being one at `byte`. */
  | 'ERR_LEAKGUARD_PARSE'
  /** A census cannot be read, or those given cannot be compared; the message says why. */
  | 'ERR_LEAKGUARD_CENSUS'
  | 'ERR_LEAKGUARD_UNRELATED'
  /** The input asks for more than `limits` allow. */
  | 'ERR_LEAKGUARD_LIMIT'
  /** The caller's signal was aborted; `cause` is its reason. */
  | 'ERR_LEAKGUARD_CANCELLED'
  /** This machine cannot afford the capture; `need`, `headroom` and `limit` say what is missing. */
  | 'ERR_LEAKGUARD_HEADROOM'
  /** Another capture is in progress, and the caller would not wait. */
  | 'ERR_LEAKGUARD_BUSY'
  /** An inline capture would stop the thread for longer than `maxPause`; `estimateMs` says for how long. */
  | 'ERR_LEAKGUARD_PAUSE'
  /** No twin could be made, or it ended before it was done; the app was not harmed. */
  | 'ERR_LEAKGUARD_TWIN'
  /** The endpoint, or a `beforeCapture`, refused; the message says why. */
  | 'ERR_LEAKGUARD_REFUSED'
  /** An assertion failed: a call leaks, an object stays, something was left. */
  | 'ERR_LEAKGUARD_LEAK'
  /** Memory grows with the calls under test, and nothing in the heap does: no verdict. */
  | 'ERR_LEAKGUARD_UNDECIDED'
  /** A call under test failed: `cause` is why, `iteration` which. */
  | 'ERR_LEAKGUARD_CALL'
  /** A call under test did not settle; `iteration` says which. */
  | 'ERR_LEAKGUARD_TIMEOUT'
  /** On the command line: a process cannot be attached to. */
  | 'ERR_LEAKGUARD_ATTACH'
  /** This platform or this Node.js cannot do that. */
  | 'ERR_LEAKGUARD_UNSUPPORTED'
  /** The native addon does not load here. */
  | 'ERR_LEAKGUARD_NATIVE_MISSING'
  /** A defect of leakguard. */
  | 'ERR_LEAKGUARD_INTERNAL'

/** What this process can do here. */
export interface Capabilities {
  /** Can the heap be captured by a twin, while the app goes on? */
  twin: boolean
  /**
   * What tells of garbage collections: V8's own callbacks, or `perf_hooks`, which tells later, when the loop comes round, and
   * with the heap's figures of that moment.
   */
  gcFeed: 'v8' | 'perf_hooks'
  /**
   * Can looks at the heap walk it, in a twin, in place of V8's snapshot? With a V8 that this was not tested with the first look compares
   * both, and this says what came of it afterwards.
   */
  walker: boolean
  /** Why not: no twin, not V8's own callbacks, a heap that is not understood or a walk that failed. */
  reasons: { twin?: string; gcFeed?: string; walker?: string }
}

/** Looks what this process can do here: asks the system, changes nothing. */
export function capabilities(): Capabilities

/**
 * What a sample has only if it is asked for, because it costs as much as all the rest, or more: `process` (`rssAnon`,
 * `rssFile`, `rssShared`, `rssPeak`, `threads`); `spaces`; `cgroup`; `machine` (`machineAvailable`); `pressure` (`cgroup.pressure`,
 * `machinePressure`; with `cgroup`); `fds`; `resources`.
 */
export type SampleField = 'process' | 'spaces' | 'cgroup' | 'machine' | 'pressure' | 'fds' | 'resources'

export interface SampleOptions {
  /** Dear fields, by name, or all of them. Default: none, and at most twice the cost of `process.memoryUsage()`. */
  fields?: SampleField[] | 'all'
}

/**
 * One reading, plain and serialisable; sizes in bytes. The heap's figures are those of this thread, the rest is of the process.
 * What cannot be read here is `undefined`: nothing is estimated.
 */
export interface Sample {
  /** When, in ms since 1970. */
  time: number
  /** Objects, living and not yet collected (`v8.getHeapStatistics`, and so the next ones). */
  heapUsed: number
  /** Pages of V8's heap. */
  heapTotal: number
  /** What the heap may have, before V8 ends the process. */
  heapLimit: number
  /** Outside of the heap, held by its objects: buffers and the like. */
  external: number
  /** Of `external`, array buffers, those of Node's buffers too (`process.memoryUsage`). */
  arrayBuffers: number | undefined
  /** What V8 has from `malloc` for itself. */
  malloced: number
  /** Realms: the main one, and those of `node:vm`. */
  nativeContexts: number
  /** Realms that should have been collected: not 0 for long is a leak. */
  detachedContexts: number
  /** Resident memory of the process (`process.memoryUsage`; with the field `process`, of one reading with its parts). */
  rss: number | undefined
  /** Of `rss`, memory without a file: heaps, stacks (`/proc/self/status`, and so the next ones). */
  rssAnon?: number
  /** Of `rss`, pages of mapped files, of programs and libraries too. */
  rssFile?: number
  /** Of `rss`, shared memory. */
  rssShared?: number
  /** The most that was ever resident. */
  rssPeak?: number
  /** Threads of the process, all of them. */
  threads?: number
  /** Each space of V8's heap, by name. */
  spaces?: Record<string, { size: number; used: number; available: number }>
  /** The cgroup level, from the process's own up, with the least left; the process's own where no level has a limit. */
  cgroup?: CgroupSample
  /** Memory that the machine can give without swapping (`MemAvailable`). */
  machineAvailable?: number
  /** The machine's memory pressure (`/proc/pressure/memory`). */
  machinePressure?: Pressure
  /** Open file descriptors: files, sockets, pipes. */
  fds?: number
  /** What may keep this thread's loop alive, counted by type (`process.getActiveResourcesInfo`). */
  resources?: Record<string, number>
  /**
   * How late the loop was with its timers since the last sample, in ms: a timer of 20 ms, looked at each time. From a sampler;
   * `undefined` where its turn has not come since.
   */
  loopDelay?: { p50: number; p99: number; max: number }
  /** Collections since the last sample, by kind; those that did not happen are left out. From a sampler. */
  gc?: Partial<Record<GcKind, { count: number; ms: number }>>
}

/** V8's kinds of collections: `mark-compact` is a full one, `scavenge` one of the young generation. */
export type GcKind = 'scavenge' | 'minor-mark-compact' | 'mark-compact' | 'incremental' | 'weak-callbacks'

export interface CgroupSample {
  version: number
  /** What it has, page cache included. */
  current: number
  /** `memory.max` or `memory.high`, whichever is less; `memory.limit_in_bytes`. `undefined` where there is no limit. */
  limit?: number
  /** Of `current`, page cache that the kernel takes back before it kills. */
  reclaimable: number
  /** What is left: `limit - (current - reclaimable)`, where there is a limit. */
  headroom?: number
  /** Version 2 only, with the field `pressure`. */
  pressure?: Pressure
}

/** The share of time in which tasks stood still because memory was short: the kernel's PSI. */
export interface Pressure {
  /** At least one task did. */
  some: Stall
  /** All of them did at once. */
  full?: Stall
}

export interface Stall {
  /** Percent of the last 10 seconds. */
  avg10: number
  /** Percent of the last minute. */
  avg60: number
  /** Percent of the last 5 minutes. */
  avg300: number
  /** Since the machine or the cgroup began. */
  totalMs: number
}

/** Reads the figures of this moment. It does not throw for what cannot be read, only for options that are wrong. */
export function sample(options?: SampleOptions): Sample

export interface SamplingOptions {
  /** From one sample to the next, at least 10 ms. Default: 5 s. */
  interval?: Duration
  /** How many samples are kept at most. Default: 2,000. */
  history?: number
  /** Dear fields. Default: `['process', 'cgroup', 'machine', 'pressure', 'fds']`. */
  fields?: SampleField[] | 'all'
}

/** Takes samples from a timer that keeps no process alive. */
export interface Sampler extends NodeJS.EventEmitter {
  /** After each sample. What the listener throws is an uncaught exception of the app; the sampler goes on. */
  on(event: 'sample', listener: (sample: Sample) => void): this
  /** After the next sample. */
  once(event: 'sample', listener: (sample: Sample) => void): this
  /** Takes a listener off. */
  off(event: 'sample', listener: (sample: Sample) => void): this
  /** Oldest first: those of the last hour in full, those of the last day by the minute, `history` of them at most. */
  samples(): Sample[]
  toJSON(): { interval: number; samples: Sample[] }
  /** Ends it; the history stays. Doing so again does nothing. */
  stop(): void
  [Symbol.dispose](): void
}

/**
 * Takes a sample now and then, the first at the next turn of the loop, each with `loopDelay` and `gc` since the last. It ends
 * with `stop()` or with its thread.
 */
export function startSampling(options?: SamplingOptions): Sampler

/**
 * Collects all garbage of this thread, now; it takes as long as that takes. No flag is needed and none is set: V8 is
 * asked as DevTools' bin asks it. `ERR_LEAKGUARD_UNSUPPORTED` where there is no way to.
 */
export function gc(): void

export interface SnapshotOptions {
  /** Let the snapshot show V8's own objects too. Default: false. */
  exposeInternals?: boolean
  /** Let it hold the values of numbers. Default: false. */
  exposeNumericValues?: boolean
  /** Refuses an inline capture whose pause is estimated to be longer: `ERR_LEAKGUARD_PAUSE`. */
  maxPause?: Duration
  /**
   * Refuses a capture that is estimated to take more memory for itself, and ends a twin that does, whatever there is: `ERR_LEAKGUARD_HEADROOM`. A folded census
   * (`census({ kind: 'folded' })`), and a look, needs least.
   */
  maxMemory?: Size
  /**
   * Goes ahead where the estimate of memory or disk says that there is not enough, and does not end a twin that comes near
   * the limit. Default: false.
   */
  force?: boolean
}

/** How a capture is taken. */
export interface CaptureOptions {
  /**
   * `twin`: a copy-on-write copy of the process does the work, the app goes on; Linux only. `inline`: in this process, which
   * stands still meanwhile. `auto`, the default: by a twin where `capabilities().twin` says so, else inline.
   */
  mode?: 'auto' | 'twin' | 'inline'
  /** Captures inline if no twin can be made after all. Default: the call fails with `ERR_LEAKGUARD_TWIN`. */
  fallback?: 'inline'
  maxPause?: Duration
  maxMemory?: Size
  /** Whether the twin gives way to the app where both want the processor. Default: `low`, it does. */
  priority?: 'low' | 'normal'
  /** What to do while another capture of this process is in progress: wait, the default, or fail with `ERR_LEAKGUARD_BUSY`. */
  busy?: 'wait' | 'reject'
  force?: boolean
  /** Gives up: a twin is ended, nothing is left. V8 cannot be stopped within the pause of an inline capture. */
  signal?: AbortSignal
}

export interface AsyncSnapshotOptions extends SnapshotOptions, CaptureOptions {
  maxPause?: Duration
  maxMemory?: Size
  force?: boolean
  /** Compresses the snapshot on the way; `analyze` reads it as it is. Inline, `zstd` needs Node.js 22.15. */
  compress?: 'gzip' | 'zstd'
  /** Takes the values of strings out on the way, as `redact` does: none gets into the file or stream. Default: false. */
  redact?: boolean | RedactOptions
}

/** How a heap was captured, and what it cost. */
export interface CaptureFigures {
  mode: 'twin' | 'inline'
  /** Why in this mode, in words. */
  reason: string
  /** How long the event loop stood still at a stretch because of the capture, in ms. */
  pauseMs: number
  /** From the start of this capture until its result was whole, in ms; time in the queue does not count. */
  durationMs: number
  /** Of `pauseMs`, the system's `fork`, in ms. */
  forkMs?: number
  /** How many twins were made: one that stalls is ended and made again. */
  attempts?: number
  /** The most memory that the twin had for itself, in bytes. */
  twinPeakBytes?: number
  /** Size of V8's snapshot, or of what is left of it where it was compressed; none where the heap was walked or only counted. */
  bytes?: number
}

/** A heap snapshot that is whole and on the disk. */
export interface Capture extends CaptureFigures {
  /** Absolute. */
  path: string
  /** Size of the file. */
  bytes: number
  /** With `redact`: what was taken out. */
  redaction?: Redaction
}

/** A heap snapshot that went into a stream. */
export interface StreamCapture extends CaptureFigures {
  /** How many bytes the stream got. */
  bytes: number
  /** With `redact`: what was taken out. */
  redaction?: Redaction
}

export type SnapshotCallback = (error: LeakguardError | null, path?: string, capture?: Capture) => void

/**
 * Writes this thread's heap to `path`, mode 0600, whole or not at all. An existing file or symlink there is replaced.
 *
 * The default path is `leakguard-<ISO time>-<pid>-<thread>-<n>.heapsnapshot` in the folder that the environment's
 * `LEAKGUARD_DIR` names, else in the working directory. Concurrent calls wait for one another.
 *
 * Before anything is done, memory of the cgroup and the machine, and the disk, are held against an estimate of what the
 * capture needs: too little is `ERR_LEAKGUARD_HEADROOM`.
 */
export function writeSnapshot(path?: string | URL | null, options?: AsyncSnapshotOptions): Promise<Capture>
export function writeSnapshot(options: AsyncSnapshotOptions): Promise<Capture>
export function writeSnapshot(callback: SnapshotCallback): void
export function writeSnapshot(path: string | URL | null | undefined, callback: SnapshotCallback): void
export function writeSnapshot(options: AsyncSnapshotOptions, callback: SnapshotCallback): void
export function writeSnapshot(
  path: string | URL | null | undefined,
  options: AsyncSnapshotOptions | undefined,
  callback: SnapshotCallback,
): void
/**
 * Writes it into a stream, at the stream's pace and never whole in memory; the stream is ended then, or destroyed where it
 * did not get all. An inline capture goes over a file in `LEAKGUARD_DIR` or the system's temporary folder.
 */
export function writeSnapshot(stream: NodeJS.WritableStream, options?: AsyncSnapshotOptions): Promise<StreamCapture>

/** The same inline and at once: throws a LeakguardError where it fails. The thread waits for the disk too. */
export function writeSnapshotSync(path?: string | URL | null, options?: SnapshotOptions): Capture
export function writeSnapshotSync(options: SnapshotOptions): Capture

export interface LightCensusOptions extends CaptureOptions {
  /** Objects are counted by constructor in one walk of the heap, without a snapshot: a fraction of its time and memory. */
  kind: 'light'
  /** How many classes. Default: 50. */
  top?: number
  signal?: AbortSignal
}

/** How many objects there are of each constructor. Strings, code and V8's own structures are not counted. */
export interface LightCensus {
  kind: 'light'
  node: string
  v8: string
  totalCount: number
  /** How many classes there are in all. */
  classCount: number
  /** The most objects first. */
  classes: { name: string; count: number }[]
  capture: CaptureFigures
}

export interface CensusOptions extends AnalyzeOptions, CaptureOptions {
  kind?: 'full'
  /**
   * Whether leakguard reads V8's heap itself, in a twin, in place of V8's snapshot: in a fraction of the time and memory.
   * `auto`: where `capabilities().walker` says so, and V8's snapshot where it fails. `true`: so or not at all. `false`: V8's snapshot.
   * Default: `auto`. What `growth` compares should be of one kind: see `evidence`.
   */
  walker?: boolean | 'auto'
  /** How many ways the folded heap keeps at most; the smallest are left out. Default: 20,000. */
  maxPaths?: number
  /** How many of them, the largest, are named for a comparison without the heap. Default: 100. */
  names?: number
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}

/** A Report of this process's own heap, with what `growth` compares. */
export interface Census extends Report {
  census: FoldedHeap
  /** Where the report comes from: leakguard's own reading of the heap, or V8's snapshot. */
  evidence: 'walker' | 'snapshot'
  /** Why the heap was not walked. */
  walkerReason?: string
  capture: CaptureFigures
}

/**
 * A heap folded by path: for each way from the roots, in the words of the source, how many objects there are and how many bytes. Plain
 * data of some hundred kB, which survives JSON; only leakguard reads what is inside. It holds names out of the program
 * (classes, variables, properties, files), never values.
 */
export interface FoldedHeap {
  /** Of the format: a census of another one is refused with `ERR_LEAKGUARD_CENSUS`. */
  version: number
  node: string | null
  /** When the heap was captured, in ms since 1970; not known of snapshots in files. Where all looks have it, `growth` takes it into account. */
  time?: number
  /** Sum of all self sizes, in bytes. */
  totalSize: number
  nodeCount: number
  /** What the bounds left out: ways, their objects, those objects' bytes, and the most bytes that one of them has behind it. */
  dropped: { paths: number; count: number; bytes: number; largest: number }
  [more: string]: any
}

export interface FoldedCensusOptions extends CaptureOptions, Pick<CensusOptions, 'walker' | 'maxPaths' | 'names' | 'limits' | 'readScripts' | 'signal' | 'onProgress'> {
  /** The heap is folded by path where it lies, without a graph and its dominator tree: a fraction of the memory of a Report, in about its time. */
  kind: 'folded'
  /** How many holders, and how many classes. Default: 20; more than 100 holders ask for as many `names`. */
  top?: number
}

/** What holds the most, by path from the roots: no retained sizes of a dominator tree, but the bytes that hang from a path. */
export interface FoldedCensus extends Pick<Census, 'census' | 'evidence' | 'walkerReason' | 'capture'> {
  kind: 'folded'
  /** Sum of all self sizes, in bytes. */
  totalSize: number
  nodeCount: number
  /** Of those that hold many of a kind, the ones with the most bytes; of each holder its largest path. Names, path and advice are as in `Suspect`. */
  largest: FoldedPath[]
  /** The most bytes first. */
  classes: ({ name: string } & ObjectSum)[]
}

/** Objects that one holder has, or that are held alike. */
export interface FoldedPath extends ObjectSum, Pick<Suspect, 'name' | 'type' | 'location' | 'path' | 'cause' | 'advice' | 'fingerprint'> {
  /** Their bytes and those of what hangs from them on the cheapest ways from the roots, but for ways that `maxPaths` left out. */
  retainedSize: number
}

/**
 * Captures this thread's heap and analyses it in the twin: only the report comes back, no file is left. Where there is no
 * twin, inline over a passing file in `LEAKGUARD_DIR` or the system's temporary folder.
 */
export function census(options: LightCensusOptions): Promise<LightCensus>
export function census(options: FoldedCensusOptions): Promise<FoldedCensus>
export function census(options?: CensusOptions): Promise<Census>

export interface DiffOptions {
  /** Classes at most, and holders at most. Default: 20. */
  top?: number
  limits?: AnalyzeOptions['limits']
  /** Whether scripts that the snapshot names may be read from this machine's disk. Default: true. */
  readScripts?: boolean
  signal?: AbortSignal
  onProgress?: (progress: LookProgress) => void
}

/**
 * Says what came and what went between two snapshots of **one process**, paths or streams, object by object, and which old objects hold
 * what came. V8 keeps the ids by which objects are known again in the process itself, not in its twins, and until a session of the
 * inspector ends (DevTools, a profiler, `heapProfile`): take both with `mode: 'inline'`, nothing of that between. One heap at a time is in memory; of the first, 16 bytes an object are kept.
 *
 * Rejects with `ERR_LEAKGUARD_UNRELATED` where the snapshots are of two processes, twins, or versions of Node, which `growth` compares,
 * or where the later one is given first; with `ERR_LEAKGUARD_PARSE` where a file is damaged: the message says which.
 */
export function diff(
  before: string | URL | AsyncIterable<Uint8Array | string>,
  after: string | URL | AsyncIterable<Uint8Array | string>,
  options?: DiffOptions,
): Promise<Diff>

/** Some objects: those with a size of their own, and their bytes. */
export interface ObjectSum {
  count: number
  size: number
}

/** What became of the objects of a heap, or of a class. */
export interface DiffTotals {
  before: ObjectSum
  after: ObjectSum
  new: ObjectSum
  /** With the size that they had. */
  freed: ObjectSum
  /** With the size that they have. */
  survived: ObjectSum
}

/** What changed between two snapshots of one process. */
export interface Diff {
  totals: DiffTotals
  /**
   * What changed by class, by growth in bytes, `top` at most. Texts are one class, `(string)`. Native objects (buffers' memory, Node's C++
   * objects) have no lasting ids: of theirs, more are new and fewer are freed.
   */
  classes: ({ name: string; countDelta: number; sizeDelta: number } & DiffTotals)[]
  /** How many classes changed. */
  classCount: number
  /** New objects under the nearest old one that holds them, by their bytes, `top` at most. */
  holders: NewObjects[]
  /** How many there are. */
  holderCount: number
  /** New objects that V8 made for itself: code, shapes, feedback. No holder has them. */
  internal: ObjectSum
  /** In a sentence. */
  text: string
}

/** New objects that one old object holds. Names, path and advice are as in `Suspect`; `advice` is empty where most of them are V8's own, such as compiled code. */
export interface NewObjects extends ObjectSum, Pick<Suspect, 'name' | 'type' | 'location' | 'path' | 'cause' | 'advice' | 'fingerprint'> {
  /** V8's id of the nearest old object without which all of them would go: the holder, or the scope or global object that it is in. */
  id: number
  /** By class, most bytes first, 8 at most. */
  classes: ({ name: string } & ObjectSum)[]
  /** One line: name, place, type, count, bytes. */
  text: string
}

/** What counts as growth. */
export interface GrowthOptions {
  /** Suspects at most. Default: 10. */
  top?: number
  /** The least growth, from the first look to the last. Default: 64 KiB. */
  minBytes?: Size
  /** The least objects or values more, from the first look to the last; what has fewer has to grow in bytes alone. Default: 20. */
  minCount?: number
  /** How many ways a census keeps at most. Default: 20,000. */
  maxPaths?: number
  limits?: AnalyzeOptions['limits']
  /** Whether scripts that the snapshot names may be read from this machine's disk. Default: true. */
  readScripts?: boolean
  signal?: AbortSignal
  onProgress?: (progress: LookProgress) => void
}

export interface LookProgress extends Omit<Progress, 'stage'> {
  /** `wait`: until the next look. */
  stage: Progress['stage'] | 'wait'
  /** From 1. */
  look: number
  looks: number
}

/** One moment of a heap: a snapshot's path or stream, or a census. */
export type Look = string | URL | AsyncIterable<Uint8Array | string> | Census | FoldedCensus | FoldedHeap

/**
 * Says what grew from each look to the next, the oldest first, by the way from the roots: the looks may be of one process, of its
 * twins, or of several processes of one program. While one heap is folded the next is read, and the last two are folded together, once both
 * are read: two are in memory (and, while the census of one is written, the beginning of a third). There is no dominator tree: what hangs
 * from a suspect on the cheapest ways from the roots counts as what it retains.
 */
export function growth(looks: readonly LightCensus[], options?: GrowthOptions): Promise<LightGrowth>
export function growth(looks: readonly Look[], options?: GrowthOptions): Promise<Growth>

export interface FindGrowthOptions extends GrowthOptions, CaptureOptions {
  signal?: AbortSignal
  /** How many looks. Default: 3. */
  rounds?: number
  /** From one look to the next. Default: 30 s. */
  interval?: Duration
  /** As with `census`. All looks are of one kind: where a walk fails at a later one, all are made anew by V8's snapshot. Default: `auto`. */
  walker?: boolean | 'auto'
}

/** What `findGrowth` found, and by what. */
export interface FoundGrowth extends Growth {
  /** Where the looks come from: leakguard's own reading of the heap, or V8's snapshot. */
  evidence: 'walker' | 'snapshot'
  /** Why the heap was not walked. */
  walkerReason?: string
  captures: CaptureFigures[]
}

/**
 * Says what grows in this thread's heap now, by looks at it while it works, each captured as `census` does: no file is left, and the
 * guard of captures holds for each.
 */
export function findGrowth(options?: FindGrowthOptions): Promise<FoundGrowth>

/** What grew between looks. */
export interface Growth {
  looks: number
  /** Bytes of the whole heap at every look. */
  totalSizes: number[]
  /** What is more at every look though what holds it did not multiply, by what it costs. Empty: nothing grows. */
  suspects: GrowingSuspect[]
  /** Growth that is no leak of the app: V8's code, Node's tables of names, leakguard itself. */
  noise: { name: string; source: 'v8' | 'node' | 'leakguard'; countDelta: number; retainedDelta: number }[]
  notes: string[]
  /** In a sentence. */
  text: string
}

/** What light censuses, of which only `top` and `minCount` are regarded, say of growth. */
export interface LightGrowth {
  kind: 'light'
  looks: number
  /** Objects at every look. */
  totalCounts: number[]
  /** The constructors of which there are more objects at every look, the most first. Empty: nothing grows. */
  classes: GrowingClass[]
  notes: string[]
  /** In a sentence. */
  text: string
}

/** Objects of one constructor, at several looks. */
export interface GrowingClass {
  name: string
  /** More at the last look than at the first. */
  countDelta: number
  counts: number[]
}

/** A suspect of several looks. */
export interface GrowingSuspect extends Omit<Suspect, 'id'> {
  /** The name of a property beside it, such as `max`, that says how much it may hold: it may still be filling up. */
  bound?: string
  /** V8's id of what holds it, at the last look; left out where that was a census. */
  id?: number
  /** Objects more at the last look than at the first. */
  countDelta: number
  /** Bytes more. */
  retainedDelta: number
  /** Objects at every look. */
  counts: number[]
  /** Bytes at every look. */
  sizes: number[]
  /**
   * Of a collection that has more values at every look, which may be numbers and no objects: how many. Looks at the running process that walk the heap
   * know that, snapshots do not. V8 makes room for them now and then, by half as much again or twice as much: where that did not grow at every look,
   * `sizes` are each value's part of the room at the last one.
   */
  values?: number[]
}

export interface AnalyzeOptions {
  /** How many rows each table of the report has at most. Default: 50. */
  top?: number
  /** The least share of the heap, 0 to 1, that makes a suspect. Default: 0.05. */
  minShare?: number
  /** The least bytes that make a suspect. Default: 256 KiB. */
  minBytes?: Size
  /** What the input may ask for, so that a broken or hostile file cannot exhaust memory. */
  limits?: {
    /** Default and most: 2^28 - 1. */
    maxNodes?: number
    /** Default and most: 2^32 - 2. */
    maxEdges?: number
    /** Bytes of all strings together. Default: 4 GiB. */
    maxStringBytes?: Size
    /** Bytes of the input after decompression. Default: 256 GiB. */
    maxBytes?: Size
  }
  /**
   * Whether scripts that the snapshot names may be read from this machine's disk, to find the lines of variables: V8 does not
   * keep those. Without it, places are those of functions. Default: true; for snapshots of strangers set it to false.
   */
  readScripts?: boolean
  /** Stops the analysis; the promise is rejected within 10 ms. */
  signal?: AbortSignal
  /** Told when the analysis got further. What it throws rejects the promise. */
  onProgress?: (progress: Progress) => void
}

export interface RedactOptions {
  /** Also replaces names of properties, classes and functions that look like data: the keys of objects that are used as maps. Default: false. */
  strict?: boolean
  /** Lists the names that stay in clear. Default: false. */
  audit?: boolean
  /**
   * The key of the placeholders, 8 bytes at least: equal values have equal placeholders in all files of one salt. Whoever has it can
   * test guesses. Default: random, another one each time.
   */
  salt?: string | Uint8Array
}

/** What a redaction did. */
export interface Redaction {
  /** Different texts of values: all were replaced. */
  values: number
  /** Different names that stay in clear. */
  names: number
  /** Of `names`, those that look like data; 0 with `strict`. */
  dataLike: number
  /** Different names that were replaced. */
  replacedNames: number
  /** With `audit`: the names in clear, those that look like data first, 20,000 at most. */
  kept?: { name: string; use: 'script' | 'system' | 'property'; dataLike: boolean }[]
  /** With `audit`: how many names `kept` leaves out. */
  omitted?: number
}

/**
 * Copies a heap snapshot without the values of its strings, which become placeholders: `[redacted 16-31 3f9a1c0de4b2a771]`, the class
 * of the length and a keyed hash. Names of code stay; nodes, edges and sizes are as before. docs/redaction.md says what is left.
 * Plain, gzip or zstd are read, plain is written. A file appears whole or not at all, and never in place of the source (`ERR_LEAKGUARD_OPTION`).
 */
export function redact(
  source: string | URL | AsyncIterable<Uint8Array | string> | NodeJS.ReadableStream,
  target: string | URL,
  options?: RedactOptions & { signal?: AbortSignal; onProgress?: (progress: { stage: 'redact'; bytes: number }) => void },
): Promise<Redaction & { path: string; bytes: number }>
export function redact(
  source: string | URL | AsyncIterable<Uint8Array | string> | NodeJS.ReadableStream,
  target: NodeJS.WritableStream,
  options?: RedactOptions & { signal?: AbortSignal; onProgress?: (progress: { stage: 'redact'; bytes: number }) => void },
): Promise<Redaction>

export interface Progress {
  /** In a census first `snapshot`, while V8 makes its own list of the heap, or `walk`, while the heap is read without V8. */
  stage: 'snapshot' | 'walk' | 'parse' | 'edges' | 'dominators' | 'report'
  /** Bytes of the input read, before decompression. */
  bytes: number
  /** Bytes of the input, where known: a stream has none. */
  total?: number
}

/**
 * Analyses a heap snapshot, plain or compressed by gzip or zstd, on threads of its own: the event loop goes on.
 * A stream is read at the pace of the analysis, and destroyed when that ends early.
 */
export function analyze(
  source: string | URL | AsyncIterable<Uint8Array | string> | NodeJS.ReadableStream,
  options?: AnalyzeOptions,
): Promise<Report>

/** The analysis of one heap snapshot. Plain and serialisable; sizes are bytes. */
export interface Report {
  /** Node's version (`v24.21.0`) where the heap tells it. */
  node?: string
  /** V8's version where the heap tells it. */
  v8?: string
  /** Sum of all self sizes. */
  totalSize: number
  nodeCount: number
  edgeCount: number
  /** By retained size, largest first. */
  classes: ClassRow[]
  /** How many classes there are; `classes` has the first `top`. */
  classCount: number
  /** Objects of the app that retain most, none inside another one of the list. */
  dominators: DominatorRow[]
  /**
   * The top of the dominator tree, for pictures: large objects, and many small ones folded by class. 300 rows at most, each after
   * the one it is a part of; the first is the heap as a whole.
   */
  tree: TreeRow[]
  /** What looks like a leak, largest first. */
  suspects: Suspect[]
  /** Texts that the heap holds more than once, by wasted bytes. */
  strings: StringRow[]
  /** The longest lists of listeners of one event on one `EventEmitter` or `EventTarget` (`AbortSignal`s too), from 2 listeners on. */
  listeners: ListenerRow[]
  /** Timers that wait, by callback and delay, the most frequent first. */
  timers: TimerRow[]
  /** Calls of async functions that stand at an `await`, by function, the most frequent first. */
  waiting: FunctionCount[]
  /** Contexts beyond the main one (`node:vm`, and what makes them: Jest, template engines), by what holds them, the largest first. */
  contexts: ContextRow[]
  /** How many contexts there are beyond the main one. */
  contextCount: number
  /** Closures by the file of the app that defines them, those first that retain most. Node's own files are left out. */
  closures: ClosureRow[]
  /** What was odd about the input and was tolerated. */
  notes: string[]
}

/** A place in the source; line and column count from 1. */
export interface Location {
  /** A path, or `node:…`: a `file:` URL is told as its path. */
  file: string
  line: number
  column: number
}

/** A function, and how many there are of it. */
export interface FunctionCount {
  /** Empty where it has no name. */
  function: string
  /** Where it is written. */
  location?: Location
  count: number
}

/** Contexts that are held alike, and have functions of the same file. */
export interface ContextRow {
  /** What holds them, as the source writes it: `sandboxes[].context`. */
  name: string
  /** How many; of more than 2,000 contexts, the largest are named. */
  count: number
  /** Bytes that would go with all of them: what they hold alone. */
  retainedSize: number
  /** V8's id of the largest. */
  id: number
  /** A file of a function that the largest alone holds. */
  script?: string
  /** From the root to the largest. */
  path: PathStep[]
}

/** The closures of all functions that one file defines. */
export interface ClosureRow {
  /** The file that V8 runs, which may have been made of others: `functions` have the places as they were written. */
  file: string
  count: number
  /** Bytes of the closures themselves. */
  shallowSize: number
  /** Bytes that would go if all of them went, with what their scopes alone hold. */
  retainedSize: number
  /** Those first whose closures retain most, five at most. */
  functions: (FunctionCount & { retainedSize: number })[]
}

export interface ListenerRow {
  /** The class of the emitter or target. */
  type: string
  /** V8's id of it. */
  id: number
  /** Cut at 100 characters; a symbol as `<symbol name>`. */
  event: string
  count: number
  /** The listeners by function, the most frequent first, ten at most. Behind `once` it is the app's own. */
  functions: FunctionCount[]
}

export interface TimerRow extends FunctionCount {
  type: 'setTimeout' | 'setInterval' | 'setImmediate'
  /** ms, where the heap tells it; an immediate has none. */
  delay?: number
}

export interface ClassRow {
  /** A constructor, or `(string)`, `(compiled code)`, `(system)`, … as DevTools writes them. */
  name: string
  count: number
  shallowSize: number
  /** Bytes that would go if all of them went. */
  retainedSize: number
  /** The least distance from the roots; 100,000,000 and more: only through V8's internals; negative: unreached. */
  distance: number
  /** Where the constructor is written. */
  location?: Location
}

export interface DominatorRow {
  /** V8's id of the object. */
  id: number
  /** The variable or property that holds it. */
  name: string
  class: string
  shallowSize: number
  /** Bytes that would go with it. */
  retainedSize: number
  /** Objects that would go with it, itself included. */
  retainedCount: number
  distance: number
}

/** A part of the heap: one large object, or all of a class that the objects of one row hold. */
export interface TreeRow {
  /** The index of the row that it is a part of. */
  parent?: number
  /** V8's id, of one object. */
  id?: number
  /** The variable or property that holds it; empty for several, and where there is none. */
  name: string
  class: string
  /** How many objects. */
  count: number
  /** Bytes that would go with all of them. */
  retainedSize: number
}

export interface StringRow {
  /** Cut at 100 characters. */
  value: string
  count: number
  /** Bytes of all copies. */
  size: number
  /** Bytes of all copies but one. */
  wasted: number
}

/** Something that holds a share of the heap that a healthy program seldom has in one place. */
export interface Suspect {
  /**
   * The variable or property that holds it, as the source writes it: `cache.entries`, `exports.queue`, `global.cache`,
   * `bus.on('config')`, `setInterval callback poll`, `local of main()`. For a class, its name.
   */
  name: string
  /** `Array of Object`, `Map of string → Session`, `Array of onConfig (config.js:8)`, `chain of Node`, `Array of numbers`, … */
  type: string
  /** Many of one class in one holder, one large thing, or many of one class held in many places. */
  kind: 'collection' | 'object' | 'class'
  /**
   * Where the variable is declared, if its source could be read; else where the first function is written that shares its
   * scope, or the nearest function or class on the path. Of timers, where their callback is; of locals, where the function is.
   */
  location?: Location
  /** From the root to it. */
  path: PathStep[]
  /** How many objects it holds of the class that `type` names. */
  count: number
  /** Bytes that would go with it. */
  retainedSize: number
  /** Share of the heap, 0 to 1. */
  share: number
  /** V8's id of the object that accumulates. */
  id: number
  /**
   * Why such things stay: listeners that are not removed, timers that are not cleared, promises that do not settle, closures and their
   * scopes, a collection without a bound, sockets and requests, buffers, stores of AsyncLocalStorage, contexts of `node:vm`, texts,
   * lists, a global variable, one large object, a class that many hold.
   */
  cause:
    | 'listener' | 'timer' | 'promise' | 'closure' | 'cache' | 'socket' | 'buffer' | 'async-context' | 'context' | 'string' | 'list'
    | 'global' | 'object' | 'class'
  /** Names and classes of what is in one of the objects, or of what its function has at hand; never values. */
  inside?: string[]
  /** What to do next, in a sentence. */
  advice: string
  /** Made from the path, not from ids: the same across captures and processes. */
  fingerprint: string
  /** In a leak: where what stays was allocated, three sites at most. Those of its own file, or, of the first suspect, of any. */
  sites?: LeakSite[]
  /** One line: name, place, class, count, bytes. */
  text: string
}

export interface PathStep {
  /** The edge's name as the source writes it: a variable, a property, `[]` for any element. */
  edge: string
  /** The class or name of the object it leads to; of a module, its file. */
  name: string
  /** `global`, `module`, `closure`, `context`, `object`, `array`, `map`, `string`, `native`, … */
  type: string
}

/**
 * What a flight recorder's file tells of the processes that wrote it, the file that was put aside for it (`<path>.1`)
 * included. The file may be one that is being written to; damaged records are skipped and counted.
 */
export function postmortem(path: string | URL): Promise<Postmortem>

export interface Postmortem {
  /** Absolute. */
  path: string
  /** The file that was put aside for this one, where there is one that could be read. */
  earlier?: string
  /** Whether a process is writing to it now; left out where the system does not tell. */
  writing?: boolean
  /** Oldest first. */
  runs: RecordedRun[]
  /** The index in `runs` of the last one that ended; of the last one, where none did. */
  subject?: number
  /** How many records were torn or damaged. */
  damaged: number
  /** What was odd about the file. */
  notes: string[]
}

/** One process's life with the file. */
export interface RecordedRun {
  /** Wall time in ms. */
  start: number
  /** Empty where it was overwritten. */
  process: { pid?: number; thread?: number; node?: string; script?: string; host?: string; meta?: Record<string, any> }
  /** How many records of it are left. */
  records: number
  /** Whether its first records are among them. */
  whole: boolean
  samples: RecordedSample[]
  events: RecordedEvent[]
  /** The last record before the end. */
  last: { sample: RecordedSample } | { event: RecordedEvent } | null
  ending: {
    /** `cut`: no stop was recorded, so the process was killed or crashed. */
    how: 'stopped' | 'exited' | 'cut' | 'running'
    /** Of the last record: wall time in ms. */
    time: number
    /** The limit that the last sample was nearest to; `likely`: near enough to be the reason. */
    nearest?: { limit: 'heap' | 'cgroup'; used: number; size: number; share: number; likely: boolean }
    text: string
  }
}

/** Bytes and ms; what was not known is left out. */
export interface RecordedSample {
  time: number
  heapUsed?: number
  heapTotal?: number
  heapLimit?: number
  external?: number
  arrayBuffers?: number
  rss?: number
  cgroup?: { current?: number; limit?: number }
  fds?: number
  loopDelay?: { max: number }
  gc?: { count?: number; time?: number }
}

export interface RecordedEvent {
  kind: 'start' | 'stop' | 'exit' | 'leak' | 'suspicion' | 'pressure' | 'recovered' | 'note'
  time: number
  /** Cut where it was too long. */
  text: string
  figures?: Record<string, any>
}

/** One reading of a process's memory: ms and bytes. All but `time` may be left out; fields that are not here are ignored. */
export interface MemorySample {
  /** ms, from any start. */
  time: number
  /** V8's used heap: best right after a mark-compact. */
  heapUsed?: number | null
  heapTotal?: number | null
  /** V8's limit of the heap; `Infinity`: none. */
  heapLimit?: number | null
  /** As `process.memoryUsage()` has it: array buffers included. */
  external?: number | null
  arrayBuffers?: number | null
  rss?: number | null
  cgroup?: { current?: number | null; limit?: number | null } | null
  /** Open file descriptors. */
  fds?: number | null
  handles?: number | null
  listeners?: number | null
  timers?: number | null
  /** Read right after a mark-compact? Where any sample says true, the heap is judged by those alone. */
  markCompact?: boolean | null
}

export interface DetectOptions {
  /** A preset of all that follows. Default: `normal`, whose values are below. */
  sensitivity?: 'low' | 'normal' | 'high'
  /** Readings before suspicion. Default: 9. */
  suspectAfter?: number
  /** Readings before confirmation. Default: 39. */
  confirmAfter?: number
  /** The least standard score of the trend (Mann-Kendall) for suspicion. Default: 2.5. */
  suspectScore?: number
  /** The same for confirmation. Default: 4.5. */
  confirmScore?: number
  /** The least growth of the heap, or of memory outside of it; suspicion takes half of each floor. Default: 2 MiB. */
  minBytes?: Size
  /** The least growth of resident memory that V8 does not account for. Default: 16 MiB. */
  minNativeBytes?: Size
  /** The least growth of a count of resources. Default: 20. */
  minCount?: number
  /** The least growth as a share of the level it started from. Default: 0.1. */
  minShare?: number
  /** The least slope of the second half of the readings, as a share of the first half's. Default: 0.5. */
  minLasting?: number
  /** Of five steps between six parts of the readings, how many must rise. Default: 4. */
  minRisingParts?: number
}

/** Whether the app leaks, by its memory over time. */
export interface Verdict {
  /**
   * `watching`: too little was seen. `suspicious`: something grows, quickly said and perhaps wrong: worth a look at the heap.
   * `confirmed`: it grows lastingly. `quiet`: enough was seen, and nothing grows.
   */
  state: 'watching' | 'suspicious' | 'confirmed' | 'quiet'
  /** `state` is `confirmed`. */
  leak: boolean
  /**
   * What grows, where something does: V8's heap, memory outside of it (buffers), resident memory that V8 does not account for, or a
   * count of resources.
   */
  kind?: 'heap' | 'external' | 'native' | 'resources'
  /** Which count grows. */
  resource?: 'fds' | 'handles' | 'listeners' | 'timers'
  /** Growth over the judged readings, at equal load. For resources 0. */
  growthBytes: number
  bytesPerHour: number
  /** For resources: growth of the count over the judged readings. */
  growthCount?: number
  /** From 0 to 1: how sure it is that something grows lastingly. A score, no probability; 0 where nothing is suspected. */
  confidence: number
  /** The time of the last sample at which it had not grown yet. */
  since?: number
  /** When the nearest limit (`heapLimit`, `cgroup.limit`) is reached at this rate, in the time of the samples; left out beyond a year. */
  reachesLimitAt?: number
  /** How many readings were judged: the last ones. */
  readings: number
  /** Why, in a sentence. */
  reason: string
}

/**
 * Judges from a series of samples, in the order in which they were taken, whether the app leaks: at once, by the samples alone,
 * without a clock. The same samples and options give the same verdict.
 */
export function detect(samples: readonly MemorySample[], options?: DetectOptions): Verdict

export interface TrackOptions {
  /**
   * 1: every addition's place is read. More: of each event or delay the first 64 are, and all that come more slowly than 64 a
   * second, and the next 16 whenever a new place turns up; else one of so many at random, or of up to four times that where they
   * come fast, which stands for those that were passed over. Default: 256.
   */
  sample?: number
  /** How many frames are read to find the app's own behind Node's. Default: 12. */
  depth?: number
  /** From one reading to the next, for `suspicion`; at least 10 ms. Default: 10 s. */
  interval?: Duration
}

export interface TrackListenersOptions extends TrackOptions {
  /** `EventEmitter`s. Default: true. */
  emitters?: boolean
  /** `EventTarget`s, and so `AbortSignal`s and `MessagePort`s. Default: true. */
  eventTargets?: boolean
}

/** One place in a program that adds something, as far as leakguard looked: counts are estimates where `sample` is more than 1. */
export interface Site {
  /** Empty for the top level of a module. */
  function: string
  /** A path, or what Node calls its own module; empty where no place could be read, and for `(other sites)`, those that were too many. */
  file: string
  /** From 1. */
  line: number
  column: number
  /** There now. */
  live: number
  /** Since the tracking began. */
  added: number
  /** Of those, gone: taken away, run once, or collected with what they were added to. */
  removed: number
  /** How much `live` has grown since the last report. */
  growth: number
  /** The age of the oldest that is there, in ms; 0 where none is. */
  oldestMs: number
  /** The class of the emitter or target; the function that set the timer; the handle's type. */
  type: string
}

export interface ListenerSite extends Site {
  event?: string
}

export interface TimerSite extends Site {
  /** ms; none for `setImmediate`. */
  delay?: number
  /** Is it an interval? */
  repeat: boolean
  /** Of `removed`, seen to have been cleared. */
  cleared: number
  /** Of `removed`, seen to have fired. Immediates, and what was collected before anybody looked, are in neither. */
  fired: number
}

export interface TrackReport<S extends Site> {
  live: number
  added: number
  /** Additions that came when 100,000 were followed already: counted here alone. */
  untracked: number
  /** The option. */
  sample: number
  sinceMs: number
  /** Those with most live first. */
  sites: S[]
}

export interface ListenersReport extends TrackReport<ListenerSite> {
  /** The most loaded of the emitters and targets that were seen, with all listeners that they have: those of before too. */
  emitters: { type: string; listeners: number; events: Record<string, number> }[]
}

export interface HandlesReport extends TrackReport<Site> {
  /** What may keep the loop alive, by type, of before too (`process.getActiveResourcesInfo`). */
  types: Record<string, number>
  /** Open descriptors by kind (`socket`, `pipe`, `file`, …), of before too; left out where the system does not list them. */
  fds?: Record<string, number>
  /** What has been open for longest, the oldest first. */
  oldest: { type: string; ageMs: number; function: string; file: string; line: number; column: number }[]
}

/** Counts what is added by place. It keeps nothing of the app alive, and no process; it ends with `stop()` or with its thread. */
export interface Tracker<R> extends NodeJS.EventEmitter {
  /** A site's live count keeps growing: once a site. */
  on(event: 'suspicion', listener: (suspicion: { site: R extends TrackReport<infer S> ? S : never; verdict: Verdict }) => void): this
  /** By site, of which the first `top` are told, by default 50. It looks at all that is followed: 100,000 take some 10 ms. */
  report(options?: { top?: number }): R
  toJSON(): R
  /** Puts the original functions back, or does nothing in them any more where somebody has wrapped them since. Doing so again does nothing. */
  stop(): void
  [Symbol.dispose](): void
}

/**
 * Counts listeners of EventEmitters and EventTargets by the place that adds them. It hooks `EventEmitter.prototype.on`,
 * `addListener`, `prependListener` and `EventTarget.prototype.addEventListener`, which else are as before.
 */
export function trackListeners(options?: TrackListenersOptions): Tracker<ListenersReport>

/**
 * Counts timers by the place that sets them. It hooks `setTimeout`, `setInterval` and `setImmediate`, global, of `node:timers` and
 * of `node:timers/promises`, which else are as before.
 */
export function trackTimers(options?: TrackOptions): Tracker<TrackReport<TimerSite>>

/**
 * Counts what is open by the place that opens it: sockets (incoming ones as `incoming Socket`), servers, UDP sockets, child processes,
 * worker threads, file watchers, streams of files, and files of `fs.openSync`. Node tells of most on `node:diagnostics_channel`; hooked are
 * `net.Server.prototype.listen`, `fs.watch`, `watchFile`, `createReadStream`, `createWriteStream` and `openSync`.
 */
export function trackHandles(options?: TrackOptions): Tracker<HandlesReport>

export interface HeapProfileStartOptions {
  /**
   * One in so many bytes, on the average, is remembered with its stack for as long as it lives; at least 1 KiB. Less is finer and
   * dearer. Default: 128 KiB. Who joins a profile that runs already has that one's.
   */
  interval?: Size
  /** How many frames of a stack, at most 128. Default: 32. */
  depth?: number
}

export interface HeapProfileReportOptions {
  /** How many sites. Default: 50. */
  top?: number
  /** Also answers with `heapprofile` and `pprof`. Default: false. */
  export?: boolean
  /** Writes the profile there, whole or not at all: `.heapprofile` for DevTools, `.pb.gz` for pprof and what reads its format. */
  file?: string | URL
  /**
   * V8 collects the heap before it answers: in a twin, so that the app does not wait, or here (`inline`). Default: `auto`, a twin
   * where there can be one.
   */
  mode?: 'auto' | 'twin' | 'inline'
  /** The twin's. Default: `low`. */
  priority?: 'low' | 'normal'
  /** What to do while a capture is in progress. Default: `wait`. */
  busy?: 'wait' | 'reject'
  /** Goes ahead where memory may not suffice. Default: false. */
  force?: boolean
  signal?: AbortSignal
}

export interface HeapProfileOptions extends HeapProfileStartOptions, HeapProfileReportOptions {
  /** For how long. Default: 10 s. */
  duration?: Duration
}

/** A function, and where it begins; what was compiled is told as it was written, by its source map. */
export interface Frame {
  /** Empty where it has no name. */
  function: string
  /** A path, or `node:…`; empty for what is native. */
  file: string
  /** From 1; 0 where there is none. */
  line: number
  column: number
}

/**
 * A function of the app, and what was allocated in it, or in what Node and native code did for it, and is alive: estimates from
 * samples. V8 tells functions and no lines within; a function that was inlined counts as the one that it was inlined into.
 */
export interface AllocationSite extends Frame {
  type: 'allocation'
  /** Bytes alive. */
  live: number
  /** Of `live`, bytes that were allocated since the look before. */
  added: number
  /** Bytes that were alive at the look before and are gone. */
  removed: number
  /** The age of what is oldest, in ms, as far as looks tell: at least so old. */
  oldestMs: number
  /** Bytes that are alive since before each earlier look (`looks`), oldest first: what stays, and not what comes and goes. */
  survived: number[]
  /** How many samples this rests on. */
  samples: number
  /** From the allocation outwards, the stack that most of it came by: 12 frames at most. */
  stack: Frame[]
}

export interface HeapProfile {
  /** When, in ms since 1970. */
  time: number
  /** When the sampling began: older objects are not in it. */
  since: number
  interval: number
  /** Bytes alive of what was allocated since then, estimated. */
  live: number
  samples: number
  /** The times of the earlier looks, oldest first; at most 16, the oldest thinned out. */
  looks: number[]
  /** First those of which most has survived since the look before; without one, those with most alive. */
  sites: AllocationSite[]
  /** How many there are; `sites` has the first `top`. */
  siteCount: number
  mode: 'twin' | 'inline'
  /** For how long the thread stood still. */
  pauseMs: number
  twinPeakBytes?: number
  /** The text of a `.heapprofile`. */
  heapprofile?: string
  /** The bytes of a `.pb.gz`. */
  pprof?: Buffer
}

export interface HeapProfiler {
  readonly running: boolean
  /** Resolves to what is alive now. Each report is a look to which `survived` of later ones refers. */
  report(options?: HeapProfileReportOptions): Promise<HeapProfile>
  /** Ends it; V8 forgets the samples. Doing so again does nothing. */
  stop(): void
  [Symbol.dispose](): void
}

/**
 * Begins to sample this thread's allocations by V8's own heap profiler. Several profiles share one; where somebody else in this
 * thread uses it already it is refused with `ERR_LEAKGUARD_BUSY`, since the end of either would end both.
 */
export function startHeapProfile(options?: HeapProfileStartOptions): HeapProfiler

/** Samples for a while, and resolves to what is alive then of what was allocated meanwhile. */
export function heapProfile(options?: HeapProfileOptions): Promise<HeapProfile>

/** The thresholds of a judgement, each instead of the sensitivity's own. docs/detection.md has them with their reasons. */
export type DetectThresholds = Omit<DetectOptions, 'sensitivity'>

export interface WatchOptions {
  /** How readily growth is called a leak. Default: `normal`. */
  sensitivity?: 'low' | 'normal' | 'high'
  thresholds?: DetectThresholds
  /** From one reading to the next of what collections do not show (RSS, buffers, descriptors), at least 10 ms. Default: 10 s. */
  interval?: Duration
  /** How many readings are kept and judged at most; older ones are thinned out. Default: 1,000. */
  history?: number
  /** Shares of the heap's and the cgroup's limit at which `pressure` is told. Default: `[0.8, 0.9]`. */
  pressure?: number[]
  /** Whether the heap is looked at, by captures, before a leak is told: what does not grow there is not told. Default: true. */
  evidence?: boolean
  /**
   * How many such looks there are an hour: the first at suspicion, or, where a walk of the heap is all that they take, at the first growth of
   * a young process; some collections apart more, and another one where the trend is sure. A quarter of them is left for that; where all are used up, what
   * a sure trend says is told when there is another look, or at once where the process does not live that long. Default: 8.
   */
  looksPerHour?: number
  /** How the heap is captured for a look. Default: `twin`, so that the app is never stopped; elsewhere than on Linux a leak is then told without suspects. */
  mode?: 'auto' | 'twin' | 'inline'
  /** Whether leakguard reads V8's heap itself for a look, as with `census`. Default: `auto`. */
  walker?: boolean | 'auto'
  maxPause?: Duration
  /** How much memory such a look may take for itself, as with `census`. */
  maxMemory?: Size
  /**
   * Asked before such a look, and before the snapshot of `onHeapLimit`: `false`, or an error, refuses it, and the leak is told by its
   * trend alone.
   */
  beforeCapture?: (request: { kind: 'leak' | 'limit' }) => unknown
  /** The snapshot of each leak is kept in this folder, which is made where it is missing. Default: none is kept. */
  snapshotDir?: string | URL
  /**
   * Whether the snapshots that the watchdog keeps are redacted, as with `writeSnapshot`. Node's own snapshot at the heap's limit cannot
   * be, and is not asked for then. Default: false.
   */
  redact?: boolean | RedactOptions
  /** How many of them are kept, and of those of `onHeapLimit`. 0: none of leaks, all of those. Default: 3. */
  keep?: number
  /**
   * Whether allocations are sampled, to tell in which functions what leaks is allocated: from the start, never, or from the
   * suspicion on: then one in 64 to 512 KiB by how much is allocated, else one in 256 KiB. It costs about a hundredth of the processor's time
   * while it is on. Default: `suspicious`.
   */
  sites?: boolean | 'suspicious'
  /**
   * A flight recorder's file, for `leakguard postmortem`; or the file, its `size` (64KiB to 16MiB, 1MiB by default) and `meta`, at most 512
   * bytes as JSON that its page shows. Default: none.
   */
  recorder?: string | URL | { file: string | URL; size?: number | string; meta?: Record<string, unknown> }
  /** Judge listeners by the place that adds them, with `trackListeners` and these options of it: `kind: 'resources'`. Default: false. */
  listeners?: boolean | Omit<TrackListenersOptions, 'interval'>
  /** The same for timers. */
  timers?: boolean | Omit<TrackOptions, 'interval'>
  /** The same for sockets, servers, processes, workers, watchers and files. */
  handles?: boolean | Omit<TrackOptions, 'interval'>
  /**
   * What to leave when what lives enters a band of `pressure` of V8's limit, or the heap is nearly full and half of it lives: Node's
   * diagnostic report, nothing, the default, or a snapshot. That is a twin's; and where memory allows and it would take no longer
   * than `maxPause`, 10 s by default, Node's own at the limit, too, which goes to the working directory and cannot be called off. A heap
   * that is full before the loop turns again leaves what Node writes: its report at the fatal error, or its snapshot, where that of a
   * full heap would take no longer than `maxPause` and neither `beforeCapture` nor `redact` is given.
   */
  onHeapLimit?: 'snapshot' | 'report' | 'none'
}

/** A full collection: what lives after it. Sizes in bytes. */
export interface WatchStats {
  /** Of the collection's end, in ms since 1970, on a clock that does not jump. */
  time: number
  kind: GcKind
  pauseMs: number
  heapUsed: number
  heapTotal: number
  heapLimit: number
  external: number
  /** Whether the figures are those of that moment; from `perf_hooks` they are of the delivery. */
  exact: boolean
}

/** A judgement, and when it was made. */
export interface WatchVerdict extends Verdict {
  time: number
  /** Where what grows is added, of `resources` that are judged by place. With a leak of another kind, all places that grow too. */
  sites?: (ListenerSite | TimerSite | Site)[]
}

export interface WatchPressure {
  time: number
  limit: 'heap' | 'cgroup'
  /** The share that was reached, of `pressure`. */
  band: number
  /** `used / size`. */
  share: number
  used: number
  size: number
}

export interface LeakSite extends AllocationSite {
  /** Of the bytes that stay, 0 to 1. */
  share: number
}

/** Bytes that are resident, of V8's heap, and outside of it held by its objects. */
export interface MemorySplit {
  rss: number
  heapTotal: number
  external: number
}

/** Something leaks. */
export interface Leak extends WatchVerdict {
  /** A paragraph to act on. */
  text: string
  /** What grew in the heap between looks at it, by what it costs; empty where it could not be looked at. */
  suspects: GrowingSuspect[]
  /**
   * Where what stays is allocated, of the whole heap: each with its `share` of the bytes that were sampled since the suspicion and
   * are still alive; at least a tenth. None where nothing was sampled.
   */
  allocations?: LeakSite[]
  /**
   * What it is named by: looks at the heap, by `walker` or `snapshot`; objects counted by constructor; or sites, of resources or of
   * allocations. Else there is the trend alone.
   */
  evidence: 'trend' | 'light-census' | 'walker' | 'snapshot' | 'sites'
  /** With `snapshot`: why the heap was not walked. */
  walkerReason?: string
  /**
   * `evidence`: something that has no bound to fill up to grew at each of three looks before the trend was sure, or of four before there was
   * suspicion. `trend`: the trend is sure, and the heap, where it could be looked at, did not say otherwise.
   */
  confirmedBy: 'trend' | 'evidence'
  /** How many looks at the heap were compared. */
  looks?: number
  /**
   * With `light-census`, of a heap of which the machine cannot afford a snapshot: the constructors of which there were more objects at each count
   * since the suspicion, by how many; or, where none was, those with the most objects.
   */
  classes?: { name: string; count: number; countDelta?: number; counts?: number[] }[]
  /** The same in a sentence, of two counts or more. */
  counted?: string
  /** Of `external` and `native`: bytes when the growth began and now, by what they are for. */
  memory?: { before: MemorySplit; after: MemorySplit }
  /** Why the heap was not looked at, or not closely. */
  missing?: string
  /** Why no snapshot of it was kept in `snapshotDir`. */
  unkept?: string
  /** The same leak is told again only when it has grown by half. */
  fingerprint: string
  capture?: CaptureFigures & { path?: string }
}

/**
 * Watches this thread's memory. Events: `stats` after each full collection, `sample` from the slow timer, `suspicion` when
 * something grows, `leak` when it does so lastingly, `pressure` near a limit, `recovered` when a leak that was told has ended, and
 * `error` for a failure of the watchdog's own (a process warning where nobody listens). All of them are published on
 * `node:diagnostics_channel` too, as `leakguard:<event>`. What a listener throws is an uncaught exception of the app.
 */
export interface Watchdog extends NodeJS.EventEmitter {
  /** After each full collection. */
  on(event: 'stats', listener: (stats: WatchStats) => void): this
  /** From the slow timer, every `interval`. */
  on(event: 'sample', listener: (sample: Sample) => void): this
  /** When something grows; when a leak that was told has ended. */
  on(event: 'suspicion' | 'recovered', listener: (verdict: WatchVerdict) => void): this
  /** When something grows lastingly. The same leak is told again only when it has grown by half. */
  on(event: 'leak', listener: (leak: Leak) => void): this
  /** Near a limit: at each band of `pressure`. */
  on(event: 'pressure', listener: (pressure: WatchPressure) => void): this
  /** A failure of the watchdog's own. Where nobody listens it is a process warning. */
  on(event: 'error', listener: (error: Error) => void): this
  /** The last judgement. */
  readonly verdict: WatchVerdict | undefined
  /** Whether a look at the heap, or the news of a leak, is under way. */
  readonly looking: boolean
  /** What grew between the looks at the heap so far, also where it is not sure that it leaks; none where it was not looked at. */
  readonly suspects: GrowingSuspect[]
  /** The readings that are judged, oldest first: `detect` takes them. */
  samples(): MemorySample[]
  /** What is live by the place that added it, of those kinds that it was asked to judge. */
  resources(options?: { top?: number }): {
    listeners?: ListenersReport
    timers?: TrackReport<TimerSite>
    handles?: HandlesReport
  }
  toJSON(): { verdict: WatchVerdict | undefined; samples: MemorySample[] }
  /** Ends it; nothing of it is left. Doing so again does nothing. */
  stop(): void
  [Symbol.dispose](): void
}

/** Starts a watchdog of this thread's memory. It keeps no process alive, and ends with `stop()` or with its thread. */
export function watch(options?: WatchOptions): Watchdog
