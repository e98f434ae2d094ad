'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { createReadStream, readFileSync, readdirSync, symlinkSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { PassThrough, Readable } = require('node:stream')
const { gunzipSync, gzipSync } = require('node:zlib')
const leakguard = require('leakguard')
const { node, program } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

const twins = leakguard.capabilities().twin

/** Each is planted in another kind of thing; the last in the name of a property. */
const SECRETS = ['string', 'key', 'mapkey', 'joined', 'sliced', 'weak', 'regexp', 'error', 'symbol', 'template', 'boxed', 'scope', 'source', 'same', 'cons']
const secret = (name) => `planted-${name}-7f3a`
/** A program whose heap has them; ids and texts come at run time, so that no script's text has them. */
const HEAP = `
  const make = (name) => ['planted', name, '7f3a'].join('-')
  const kept = {
    string: make('string'),
    map: new Map([[{}, make('key')], [make('mapkey'), 1]]),
    joined: make('joined') + ' and ' + make('cons') + String(process.pid),
    sliced: (make('sliced') + ' '.repeat(50) + 'tail'.repeat(20)).slice(0, 70),
    regexp: new RegExp(make('regexp')),
    error: new Error(make('error')),
    symbol: Symbol(make('symbol')),
    template: ((parts) => parts)\`\${1}\`.concat(make('template')),
    boxed: Object(make('boxed')),
    source: eval('(function () { return "' + make('source') + '" })'),
    same: make('same'),
    dictionary: { [make('same')]: {}, [make('property')]: { holds: true } },
    numbers: [1234567.25, 7654321.5],
    sessions: Array.from({ length: 3000 }, (_, id) => ({ id, token: make('string') + id })),
  }
  kept.weakly = [{}, new WeakMap()]
  kept.weakly[1].set(kept.weakly[0], make('weak'))
  globalThis.kept = kept
  globalThis.closure = ((variable) => () => variable)(make('scope'))
`

async function snapshotOf(folder) {
  const path = join(folder, 'plain.heapsnapshot')
  const { heap } = await program(`${HEAP}
    leakguard.writeSnapshotSync(${JSON.stringify(path)}, { exposeNumericValues: true })
    console.log(JSON.stringify({ heap: Object.keys(kept).length }))`)
  assert.ok(heap > 10)
  return path
}

function found(text) {
  return SECRETS.filter((name) => text.includes(secret(name)))
}

test('no value stays, names do, and every retained size is the same', async (t) => {
  const folder = folderFor(t)
  const path = await snapshotOf(folder)
  const plain = readFileSync(path, 'latin1')
  assert.deepEqual(found(plain).sort(), [...SECRETS].sort(), 'all of them are in the snapshot')
  assert.ok(plain.includes('1234567.25'))

  const out = join(folder, 'out.heapsnapshot')
  const { bytes, values, names, dataLike, replacedNames, kept } = await leakguard.redact(path, out, { audit: true })
  const text = readFileSync(out, 'latin1')
  assert.equal(text.length, bytes)
  // It is the name of a property as well, and no value any more.
  assert.deepEqual(found(text), ['same'])
  assert.equal(text.split(secret('same')).length, 2)
  assert.ok(text.includes(secret('property')) && !text.includes('1234567.25') && !text.includes('7654321.5'))
  assert.ok(values > 3000 && names > 1000 && dataLike > 0 && replacedNames > 0)
  const audited = kept.find(({ name }) => name === secret('property'))
  assert.deepEqual(audited, { name: secret('property'), use: 'property', dataLike: true })
  assert.deepEqual(readdirSync(folder).sort(), ['out.heapsnapshot', 'plain.heapsnapshot'])

  // All but the names is what it was, and the names are those of before or placeholders.
  const [was, is] = [JSON.parse(plain), JSON.parse(text)]
  const { node_fields: nodeFields, edge_fields: edgeFields } = was.snapshot.meta
  const unlike = (name, width, column) => {
    assert.equal(is[name].length, was[name].length)
    let count = 0
    for (let at = 0; at < was[name].length; at++) if (at % width !== column && was[name][at] !== is[name][at]) count++
    return count
  }
  assert.equal(unlike('nodes', nodeFields.length, nodeFields.indexOf('name')), 0)
  assert.equal(unlike('edges', edgeFields.length, edgeFields.indexOf('name_or_index')), 0)
  assert.deepEqual(is.locations, was.locations)
  for (let at = 1; at < was.nodes.length; at += nodeFields.length) {
    const [name, now] = [was.strings[was.nodes[at]], is.strings[is.nodes[at]]]
    if (now !== name && !/^\[redacted |^\(number\)$/.test(now)) assert.fail(`${name} became ${now}`)
  }

  const options = { top: 100_000, minBytes: 1 }
  const [before, after] = [await leakguard.analyze(path, options), await leakguard.analyze(out, options)]
  const sizes = ({ dominators }) => dominators.map(({ id, shallowSize, retainedSize, distance }) => [id, shallowSize, retainedSize, distance])
  assert.ok(before.dominators.length > 3)
  assert.deepEqual(sizes(after), sizes(before))
  assert.deepEqual(
    after.classes.map(({ name, count, retainedSize }) => [name, count, retainedSize]),
    before.classes.map(({ name, count, retainedSize }) => [name, count, retainedSize]),
  )
  assert.deepEqual(after.suspects.map(({ name, path: way }) => [name, way.map(({ edge }) => edge)]), before.suspects.map(({ name, path: way }) => [name, way.map(({ edge }) => edge)]))
})

test('strictly, names that look like data go too', async (t) => {
  const folder = folderFor(t)
  const path = await snapshotOf(folder)
  const out = join(folder, 'out.heapsnapshot')
  const { dataLike, replacedNames } = await leakguard.redact(path, out, { strict: true })
  const text = readFileSync(out, 'latin1')
  assert.deepEqual(found(text), [])
  assert.ok(!text.includes(secret('property')))
  assert.ok(dataLike === 0 && replacedNames > 0)
  for (const name of ['dictionary', 'sessions', 'WeakMap', 'token']) assert.ok(text.includes(`"${name}"`), name)
  const [before, after] = [await leakguard.analyze(path), await leakguard.analyze(out)]
  // Of the smaller ones some are Node's own by names that are gone now.
  const largest = ({ dominators }) => dominators.slice(0, 20).map(({ id, retainedSize }) => [id, retainedSize])
  assert.deepEqual(largest(after), largest(before))
})

test('equal values are told as equal, across files of one salt; streams and gzip are read, streams written', async (t) => {
  const folder = folderFor(t)
  const path = await snapshotOf(folder)
  const read = async (source, options) => {
    const target = new PassThrough()
    const chunks = []
    target.on('data', (chunk) => chunks.push(chunk))
    await leakguard.redact(source, target, options)
    assert.ok(target.writableFinished || target.writableEnded)
    return Buffer.concat(chunks).toString('latin1')
  }
  const salt = 'a salt that is long enough'
  const first = await read(path, { salt })
  assert.equal(await read(createReadStream(path), { salt }), first)
  const packed = join(folder, 'packed.gz')
  writeFileSync(packed, gzipSync(readFileSync(path), { level: 1 }))
  assert.equal(await read(packed, { salt: Buffer.from(salt) }), first)
  assert.notEqual(await read(path), first)
})

test('what was redacted already can be redacted again, and its copies compared', async (t) => {
  const folder = folderFor(t)
  const path = await snapshotOf(folder)
  const [once, twice, other] = ['once', 'twice', 'other'].map((name) => join(folder, `${name}.heapsnapshot`))
  await leakguard.redact(path, once)
  await leakguard.redact(once, twice)
  await leakguard.redact(path, other)
  assert.deepEqual(found(readFileSync(twice, 'latin1')), ['same'])
  const places = async (file) => (await leakguard.analyze(file)).classes.map(({ location }) => location?.file).filter(Boolean)
  const known = await places(path)
  assert.ok(known.length > 0)
  assert.deepEqual(await places(once), known)
  assert.deepEqual(await places(twice), known, 'paths of scripts are names of code')
  const { notes = [] } = await leakguard.growth([once, other, twice])
  assert.ok(!notes.some((note) => /versions/.test(note)), String(notes))
})

for (const mode of twins ? ['twin', 'inline'] : ['inline']) {
  test(`a capture is redacted on the way out (${mode})`, async (t) => {
    const folder = folderFor(t)
    const [file, packed, streamed] = ['a.heapsnapshot', 'b.heapsnapshot.gz', 'c.heapsnapshot'].map((name) => join(folder, name))
    const captures = await program(`${HEAP}
      const { createWriteStream } = require('node:fs')
      async function main() {
        const mode = '${mode}'
        const captures = [
          await leakguard.writeSnapshot(${JSON.stringify(file)}, { mode, redact: true }),
          await leakguard.writeSnapshot(${JSON.stringify(packed)}, { mode, compress: 'gzip', redact: { strict: true } }),
          await leakguard.writeSnapshot(createWriteStream(${JSON.stringify(streamed)}), { mode, redact: { audit: true } }),
        ]
        console.log(JSON.stringify(captures))
      }
      main()`)
    assert.deepEqual(captures.map((capture) => capture.mode), [mode, mode, mode])
    for (const { redaction } of captures) assert.ok(redaction.values > 3000)
    assert.ok(captures[2].redaction.kept.length > 100)
    const texts = [readFileSync(file), gunzipSync(readFileSync(packed)), readFileSync(streamed)].map((bytes) => bytes.toString('latin1'))
    assert.deepEqual(texts.map(found), [['same'], [], ['same']])
    for (const text of texts) assert.ok(JSON.parse(text).strings.length > 1000)
    assert.deepEqual(readdirSync(folder).length, 3, 'nothing is left behind')
    assert.ok((await leakguard.analyze(file)).nodeCount > 10_000)
  })
}

test('what is wrong is said, and leaves no file', async (t) => {
  const folder = folderFor(t)
  const [path, out] = [join(folder, 'broken.heapsnapshot'), join(folder, 'out.heapsnapshot')]
  writeFileSync(path, '{"snapshot":{"meta":{}}')
  await assert.rejects(leakguard.redact(path, out), { code: 'ERR_LEAKGUARD_PARSE' })
  await assert.rejects(leakguard.redact(join(folder, 'none'), out), { code: 'ERR_LEAKGUARD_IO' })
  await assert.rejects(leakguard.redact(path, join(folder, 'no', 'folder')), { code: 'ERR_LEAKGUARD_IO' })
  await assert.rejects(leakguard.redact(path, out, { salt: 'short' }), { code: 'ERR_LEAKGUARD_OPTION' })
  await assert.rejects(leakguard.redact(3, out), { code: 'ERR_LEAKGUARD_OPTION' })
  await assert.rejects(leakguard.redact(path, 3), { code: 'ERR_LEAKGUARD_OPTION' })
  await assert.rejects(leakguard.redact(path, out, { signal: AbortSignal.abort() }), { code: 'ERR_LEAKGUARD_CANCELLED' })
  const target = new PassThrough()
  const closed = new Promise((resolve) => target.on('error', resolve))
  await assert.rejects(leakguard.redact(path, target), { code: 'ERR_LEAKGUARD_PARSE' })
  assert.equal((await closed).code, 'ERR_LEAKGUARD_PARSE', 'the stream is destroyed: nobody takes a part for the whole')
  const gone = new PassThrough()
  gone.destroy()
  await assert.rejects(leakguard.redact(path, gone))
  assert.deepEqual(readdirSync(folder), ['broken.heapsnapshot'])
})

test('a file is not replaced by what was redacted out of it', async (t) => {
  const folder = folderFor(t)
  const [path, link] = ['a.heapsnapshot', 'link.heapsnapshot'].map((name) => join(folder, name))
  writeFileSync(path, 'a heap')
  symlinkSync(path, link)
  for (const target of [path, link]) {
    await assert.rejects(leakguard.redact(path, target), { code: 'ERR_LEAKGUARD_OPTION', message: /another file than the source/ })
  }
  const { code, stderr } = await node(['bin/leakguard.js', 'redact', path, path])
  assert.deepEqual([code, readFileSync(path, 'utf8')], [2, 'a heap'], stderr)
})

test('what is no snapshot is told as analyze tells it', async () => {
  for (const text of ['', 'hello', '[1, 2]', '{"name":"leakguard"}', '{"list":[1,2]}', '{"a":{"b":1}}', '{"n":1}']) {
    const source = () => Readable.from([Buffer.from(text)])
    const told = { code: 'ERR_LEAKGUARD_PARSE', message: text === '' ? /the file is empty/ : /not a heap snapshot/ }
    await assert.rejects(leakguard.redact(source(), new PassThrough().on('error', () => {})), told, text)
    await assert.rejects(leakguard.analyze(source()), told, text)
  }
})

test('on the command line', async (t) => {
  const folder = folderFor(t)
  const path = await snapshotOf(folder)
  const out = join(folder, 'out.heapsnapshot')
  const plain = await node(['bin/leakguard.js', 'redact', path, out])
  assert.equal(plain.code, 0, plain.stderr)
  assert.match(plain.stdout, /values and [\d,]+ names? replaced, [\d,]+ names in clear\.\n[\d,]+ names? of properties.* like data; --strict replaces them\.\n$/)
  const piped = await node(['bin/leakguard.js', 'redact', '-', '-', '--strict', '--audit'], { input: createReadStream(path) })
  assert.equal(piped.code, 0, piped.stderr)
  assert.deepEqual(found(piped.stdout), [])
  assert.ok(JSON.parse(piped.stdout).strings.length > 1000)
  assert.match(piped.stderr, / {2}system {3}\S/)
  const wrong = await node(['bin/leakguard.js', 'redact', path])
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /redact takes IN and OUT/)
})
