// Compiled, never run: what a TypeScript project under ES modules may write.
import leakguard, { analyze, writeSnapshot, writeSnapshotSync, LeakguardError } from 'leakguard'
import type { Capture, Report, Suspect } from 'leakguard'
import type { Environment } from 'leakguard/register'
import { createReadStream } from 'node:fs'

const capture: Capture = await writeSnapshot('a.heapsnapshot', { signal: AbortSignal.timeout(1000) })
const again: Capture = writeSnapshotSync({ exposeInternals: true })
writeSnapshot((error, path, result) => console.log(error?.code, path?.length, result?.pauseMs))
writeSnapshot(new URL('file:///a'), {}, (error) => console.log(error?.cause))

const report: Report = await analyze(capture.path, { top: 3, minBytes: '10MB', limits: { maxNodes: 5 } })
await leakguard.analyze(createReadStream(again.path), { onProgress: ({ stage, bytes, total }) => console.log(stage, bytes, total) })
const first: Suspect | undefined = report.suspects[0]
console.log(first?.location?.file, first?.path.map(({ edge }) => edge))

try {
  await analyze('nope')
} catch (error) {
  if (error instanceof LeakguardError && error.code === 'ERR_LEAKGUARD_PARSE') console.log(error.byte)
}

const environment: Environment = { LEAKGUARD_HTTP: '9400', LEAKGUARD_TRACK: '1' }
Object.assign(process.env, environment)

// @ts-expect-error there is no such option
await analyze('a', { tpo: 3 })
// @ts-expect-error a capture at once cannot be aborted
writeSnapshotSync('a', { signal: AbortSignal.timeout(1) })
// @ts-expect-error a number is no source
await analyze(3)
// @ts-expect-error there is no such mode
void ({ LEAKGUARD_MODE: 'both' } satisfies Environment)
