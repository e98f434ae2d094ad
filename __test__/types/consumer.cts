// Compiled, never run: what a TypeScript project under CommonJS may write.
import leakguard = require('leakguard')
import { analyze } from 'leakguard'

leakguard.writeSnapshot('a', (error, path) => (error ? console.log(error.code) : analyze(path!)))
const bytes: number = leakguard.writeSnapshotSync().bytes
console.log(bytes)
