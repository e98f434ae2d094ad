// Bundles Chrome DevTools' heap snapshot worker for Node: bench/.cache/devtools/cdt.mjs. It is TypeScript compiled for a
// browser; nothing of it is changed. One generated file is absent from the npm package and is stubbed: names of languages.
import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'

const bench = fileURLToPath(new URL('..', import.meta.url))
const worker = 'chrome-devtools-frontend/front_end/entrypoints/heap_snapshot_worker'
const locales = `export const LOCALES = ['en-US'], BUNDLED_LOCALES = ['en-US'], DEFAULT_LOCALE = 'en-US'
export const REMOTE_FETCH_PATTERN = '', LOCAL_FETCH_PATTERN = ''`

await build({
  stdin: {
    contents: `export * as HeapSnapshot from './node_modules/${worker}/HeapSnapshot.js'
      export * as HeapSnapshotLoader from './node_modules/${worker}/HeapSnapshotLoader.js'`,
    resolveDir: bench,
  },
  plugins: [{
    name: 'locales',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\/locales\.js$/ }, ({ path }) => ({ path, namespace: 'locales' }))
      onLoad({ filter: /./, namespace: 'locales' }, () => ({ contents: locales }))
    },
  }],
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  outfile: `${bench}/.cache/devtools/cdt.mjs`,
  logLevel: 'error',
})
