// A snapshot as DevTools' panel opens it: this thread and a second one.
import fs from 'node:fs'
import { MessageChannel, Worker } from 'node:worker_threads'

const { HeapSnapshotLoader } = await import('../.cache/devtools/cdt.mjs')
console.warn = () => {}

export async function open(file) {
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
