/** Called before `writeSnapshot` returns; `err.code` is `ENOENT`, `ENOSPC`, … */
export type WriteSnapshotCallback = (err: (Error & { code?: string }) | null, filename?: string) => void

/**
 * Writes this thread's heap to `filename`, or to `heapdump-<A>.<B>.heapsnapshot` in the working directory. Answers whether
 * that went well.
 */
export function writeSnapshot(filename?: string | null, cb?: WriteSnapshotCallback): boolean
export function writeSnapshot(cb: WriteSnapshotCallback): boolean
