// The second thread of DevTools' worker: dominators and retained sizes.
import { workerData } from 'node:worker_threads'
import { HeapSnapshot } from '../.cache/devtools/cdt.mjs'

new HeapSnapshot.SecondaryInitManager(workerData.port)
