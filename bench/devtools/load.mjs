// node load.mjs FILE: loads a snapshot as DevTools' panel does (this thread and a second one), up to its class table.
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'

const { HeapSnapshotLoader } = await import('../.cache/devtools/cdt.mjs')
console.warn = () => {}

export async function load(file) {
  const loader = new HeapSnapshotLoader.HeapSnapshotLoader({ sendEvent() {} })
  for await (const chunk of fs.createReadStream(file, { encoding: 'utf8', highWaterMark: 10_000_000 })) {
    loader.write(chunk)
    await null
  }
  loader.close()
  await loader.parsingComplete
  const { port1, port2 } = new MessageChannel()
  const options = { workerData: { port: port2 }, transferList: [port2], resourceLimits: { maxOldGenerationSizeMb: 16000 } }
  new Worker(new URL('./second.mjs', import.meta.url), options)
  return loader.buildSnapshot(port1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const snapshot = await load(process.argv[2])
  console.log(Object.keys(snapshot.aggregatesWithFilter({})).length)
  process.exit(0)
}
