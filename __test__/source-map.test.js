'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { mkdirSync, writeFileSync } = require('node:fs')
const { SourceMap } = require('node:module')
const { join } = require('node:path')
const leakguard = require('leakguard')
const { mapped } = require('../lib/source-map.js')
const { node } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

// What a compiler made of src/app.ts, by hand: `sessions` and `remember` are two lines further down there.
const SCRIPT = `const sessions = []
function remember(id) { sessions.push({ id, name: 'session ' + id }) }
globalThis.remember = remember
for (let id = 0; id < 20000; id++) remember(id)
`
const SOURCES = ['../src/app.ts']
const MAPPINGS = 'AAEA,MAAM;AACN,SAASA;AACT;AACA'

function compiled(folder, { inline }) {
  for (const name of ['dist', 'src']) mkdirSync(join(folder, name), { recursive: true })
  const map = JSON.stringify({ version: 3, sources: SOURCES, names: ['keep'], mappings: MAPPINGS })
  const url = inline ? `data:application/json;base64,${Buffer.from(map).toString('base64')}` : 'app.js.map'
  if (!inline) writeFileSync(join(folder, 'dist/app.js.map'), map)
  const file = join(folder, 'dist/app.js')
  writeFileSync(file, `${SCRIPT}//# sourceMappingURL=${url}\n`)
  writeFileSync(join(folder, 'src/app.ts'), `// types\n\n${SCRIPT}`)
  return file
}

for (const inline of [true, false]) {
  test(`an analysis names the lines that were written, by a map ${inline ? 'in the script' : 'beside it'}`, async (t) => {
    const folder = folderFor(t)
    const file = compiled(folder, { inline })
    const snapshot = join(folder, 'a.heapsnapshot')
    const write = `require(${JSON.stringify(file)}); require('leakguard').writeSnapshotSync(${JSON.stringify(snapshot)})`
    const { code, stderr } = await node(['-e', write])
    assert.equal(code, 0, stderr)
    const { suspects } = await leakguard.analyze(snapshot, { minBytes: 100_000 })
    const suspect = suspects.find(({ name }) => name === 'sessions')
    assert.deepEqual(suspect.location, { file: join(folder, 'src/app.ts'), line: 3, column: 7 })
    assert.match(suspect.text, /\(app\.ts:3\)/)
    const plain = await leakguard.analyze(snapshot, { minBytes: 100_000, readScripts: false })
    assert.equal(plain.suspects.find(({ name }) => name === 'sessions').location.file, file, 'no file is opened')
  })
}

test('places are mapped, functions by their own names; others stay', (t) => {
  const file = compiled(folderFor(t), { inline: false })
  const places = [
    { file, line: 2, column: 18, function: 'remember' },
    { file: `file://${file}`, line: 1, column: 7 },
    { file: 'node:fs', line: 3, column: 4 },
    { file: join(file, 'no such.js'), line: 3, column: 4 },
  ]
  const source = join(file, '../../src/app.ts')
  const expected = [
    { file: source, line: 4, column: 10, function: 'keep' },
    { file: source, line: 3, column: 7 },
    places[2],
    places[3],
  ]
  assert.deepEqual(mapped(places), expected)
})

test("the core's answers are those of Node's own SourceMap, over a map that tsc made", async (t) => {
  const folder = folderFor(t)
  const source = `export class Cache<T> {
  #entries = new Map<string, T>()
  async fetch(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    for await (const chunk of [make()]) this.#entries.set(key, chunk)
    return this.#entries.get(key)!
  }
}
`
  writeFileSync(join(folder, 'cache.ts'), source)
  const tsc = join(__dirname, '../node_modules/typescript/bin/tsc')
  const flags = ['--target', 'es2015', '--module', 'commonjs', '--sourceMap', '--ignoreConfig', '--types', '[]']
  await node([tsc, join(folder, 'cache.ts'), ...flags])
  const file = join(folder, 'cache.js')
  const { readFileSync } = require('node:fs')
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')))
  let compared = 0
  const places = []
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((text, row) => {
      for (let column = 1; column <= text.length; column += 3) places.push({ file, line: row + 1, column })
    })
  for (const [index, place] of mapped(places.slice(0, 2000)).entries()) {
    const { line, column } = places[index]
    const entry = map.findEntry(line - 1, column - 1)
    if (entry.originalLine === undefined) continue
    assert.deepEqual([place.line, place.column], [entry.originalLine + 1, entry.originalColumn + 1], `${line}:${column}`)
    assert.equal(place.file, join(folder, 'cache.ts'))
    compared++
  }
  assert.ok(compared > 100, `${compared} places`)
})

test('a place in a sentence is as the core writes it', () => {
  const { shortPlace } = require('../lib/short-place.js')
  // The core's own test has the same.
  const shown = {
    '/app/config.js': 'config.js',
    '/app/routes/index.js': 'routes/index.js',
    'C:\\app\\a.ts': 'a.ts',
    '/app/node_modules/lru/cache.js': 'lru/cache.js',
    '/app/node_modules/a/node_modules/debug/src/node.js': 'debug/…/node.js',
    '/app/node_modules/@scope/sdk/index.js': '@scope/sdk/index.js',
    '/app/node_modules/@scope/sdk/build/src/span.js': '@scope/sdk/…/span.js',
    'node:internal/timers': 'node:internal/timers',
    'index.js': 'index.js',
    '': '',
  }
  for (const [file, name] of Object.entries(shown)) assert.equal(shortPlace({ file, line: 7 }), `${name}:7`)
})

test("a live census follows maps that are in Node's memory alone", async (t) => {
  // The folder is part of such a file's name in sentences.
  const folder = join(folderFor(t), 'web')
  mkdirSync(folder)
  const file = join(folder, 'index.js')
  writeFileSync(file, SCRIPT)
  const map = { version: 3, sources: [join(folder, 'index.ts')], names: [], mappings: MAPPINGS }
  const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
  // What a loader does: the text that runs is not the one on the disk.
  const source = `const Module = require('node:module')
    const leakguard = require('leakguard')
    const m = new Module(${JSON.stringify(file)}); m.filename = ${JSON.stringify(file)}
    m._compile(${JSON.stringify(`${SCRIPT}//# sourceMappingURL=${url}`)}, m.filename)
    leakguard.census({ minBytes: 100000 }).then(({ suspects }) => {
      console.log(JSON.stringify(suspects.find(({ name }) => name === 'sessions')))
    })`
  const { code, stdout, stderr } = await node(['--enable-source-maps', '-e', source])
  assert.equal(code, 0, stderr)
  const suspect = JSON.parse(stdout)
  assert.equal(suspect.location.file, join(folder, 'index.ts'))
  assert.equal(suspect.location.line, 3)
  assert.match(suspect.text, /\(web\/index\.ts:3\)/)
})
