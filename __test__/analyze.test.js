'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { Readable } = require('node:stream')
const { setTimeout: sleep } = require('node:timers/promises')
const { pathToFileURL } = require('node:url')
const zlib = require('node:zlib')
const leakguard = require('leakguard')
const { program } = require('./support/child.js')
const { leakySnapshot } = require('./support/snapshot.js')

const taken = leakySnapshot(test)
let leaky
test.before(async () => (leaky = await taken))

/** A stream of `bytes` in chunks of `size`, and how many of them were asked for. */
function chunked(bytes, size) {
  const stream = Readable.from((function* () {
    for (let start = 0; start < bytes.length; start += size) {
      stream.asked = (stream.asked ?? 0) + 1
      yield bytes.subarray(start, start + size)
    }
  })())
  return stream
}

test('a report has the shape that index.d.ts promises, and is plain', async () => {
  const report = await leakguard.analyze(leaky.path, { top: 7 })
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report)
  assert.equal(report.node, process.version)
  assert.ok(report.totalSize > 1e6 && report.nodeCount > 1e4 && report.edgeCount > report.nodeCount)
  for (const name of ['classes', 'dominators', 'suspects', 'strings', 'notes']) {
    assert.ok(Array.isArray(report[name]), name)
    assert.ok(report[name].length <= 7, name)
  }
  const object = report.classes.find(({ name }) => name === 'Object')
  assert.ok(object.count >= 20_000)
  assert.ok(object.retainedSize >= object.shallowSize)
})

test('the leak is named: its variable, its class, how many, and the way there', async () => {
  const { suspects } = await leakguard.analyze(leaky.path)
  const suspect = suspects.find(({ name }) => name.includes('leakedArray'))
  assert.ok(suspect, JSON.stringify(suspects.map(({ text }) => text)))
  assert.match(suspect.type, /^Array/)
  assert.ok(suspect.count >= 20_000)
  assert.ok(suspect.share > 0.1 && suspect.share < 1)
  assert.ok(suspect.path.some(({ edge }) => edge === 'leakedArray'))
})

test('the same report from a path, a URL, a stream, tiny chunks, texts, a web stream, gzip and zstd', async () => {
  const expected = await leakguard.analyze(leaky.path)
  const text = leaky.bytes.toString('utf8')
  const compressed = join(leaky.folder, 'leaky.heapsnapshot.gz')
  fs.writeFileSync(compressed, zlib.gzipSync(leaky.bytes))
  const sources = {
    url: pathToFileURL(leaky.path),
    stream: fs.createReadStream(leaky.path),
    'odd chunks': chunked(leaky.bytes, 9973),
    'one chunk': Readable.from([leaky.bytes]),
    texts: Readable.from([text.slice(0, 100_001), text.slice(100_001)]),
    'web stream': Readable.toWeb(fs.createReadStream(leaky.path)),
    'gzip file': compressed,
    'gzip stream': fs.createReadStream(compressed),
    ...(zlib.zstdCompressSync && { zstd: Readable.from([zlib.zstdCompressSync(leaky.bytes)]) }),
  }
  for (const [name, source] of Object.entries(sources)) assert.deepEqual(await leakguard.analyze(source), expected, name)
})

test('the line of a variable comes from its script on the disk, unless that is not to be read', async () => {
  const script = join(leaky.folder, 'leaky program.js')
  const snapshot = join(leaky.folder, 'script.heapsnapshot')
  fs.writeFileSync(script, [
    'const other = []',
    `// ${'long enough that the text of the script in the snapshot is cut off. '.repeat(20)}`,
    '// leakedArray is mentioned here, and declared below',
    '  const leakedArray = []',
    'globalThis.handler = (index) => leakedArray.push({ index, other, text: `leaked ${index}` })',
    'for (let index = 0; index < 20_000; index++) globalThis.handler(index)',
  ].join('\n'))
  await program(`require(${JSON.stringify(script)}); leakguard.writeSnapshotSync(${JSON.stringify(snapshot)})`)
  const locationOf = async (options) => (await leakguard.analyze(snapshot, options)).suspects[0].location
  assert.deepEqual(await locationOf(), { file: script, line: 4, column: 9 })
  assert.deepEqual(await locationOf({ readScripts: false }), { file: script, line: 5, column: 22 })
})

test('what is wrong with a file is told by code and cause', async () => {
  await assert.rejects(leakguard.analyze(join(leaky.folder, 'missing')), (error) => {
    assert.ok(error instanceof leakguard.LeakguardError)
    assert.equal(error.code, 'ERR_LEAKGUARD_IO')
    assert.equal(error.cause.code, 'ENOENT')
    return true
  })
  await assert.rejects(leakguard.analyze(leaky.folder), (error) => error.code === 'ERR_LEAKGUARD_IO' && error.cause.code === 'EISDIR')
  await assert.rejects(leakguard.analyze(join(leaky.path, 'x')), (error) => error.cause.code === 'ENOTDIR')
  const circle = join(leaky.folder, 'circle')
  fs.symlinkSync(circle, circle)
  await assert.rejects(leakguard.analyze(circle), (error) => error.cause?.code === 'ELOOP')
})

test('what is no snapshot is told with the byte', async () => {
  const inputs = { empty: '', text: 'hello', json: '{"a":1}', binary: Buffer.alloc(1000, 0xff), 'an array': '[1,2,3]', gzip: zlib.gzipSync('hello') }
  for (const [name, input] of Object.entries(inputs)) {
    const path = join(leaky.folder, 'bad')
    fs.writeFileSync(path, input)
    for (const source of [path, Readable.from([Buffer.from(input)])]) {
      await assert.rejects(leakguard.analyze(source), (error) => {
        assert.equal(error.code, 'ERR_LEAKGUARD_PARSE', name)
        assert.ok(Number.isInteger(error.byte) && error.byte <= 1000, name)
        assert.match(error.message, /^ERR_LEAKGUARD_PARSE: .+, at byte \d+$/, name)
        return true
      })
    }
  }
})

test('a snapshot cut off anywhere is told, compressed or not', async () => {
  const { length } = leaky.bytes
  const cuts = [1, 10, 100, 1000, ...Array.from({ length: 12 }, (_, index) => Math.floor((length * (index + 1)) / 13)), length - 3]
  for (const cut of cuts) {
    await assert.rejects(leakguard.analyze(Readable.from([leaky.bytes.subarray(0, cut)])), { code: 'ERR_LEAKGUARD_PARSE' }, `cut at ${cut}`)
  }
  for (const compress of [zlib.gzipSync, zlib.zstdCompressSync].filter(Boolean)) {
    const bytes = compress(leaky.bytes)
    for (const cut of [3, 11, bytes.length >> 1, bytes.length - 1]) {
      await assert.rejects(leakguard.analyze(Readable.from([bytes.subarray(0, cut)])), /^LeakguardError: ERR_LEAKGUARD_(PARSE|IO)/, `cut at ${cut}`)
    }
  }
})

test('a file that is replaced while it is read is read as it was; one that is cut off is told', async () => {
  const expected = await leakguard.analyze(leaky.path)
  const path = join(leaky.folder, 'moving.heapsnapshot')
  const during = async (action) => {
    fs.copyFileSync(leaky.path, path)
    let done = false
    const onProgress = ({ bytes }) => {
      if (!done && bytes > 0) action()
      done ||= bytes > 0
    }
    return leakguard.analyze(path, { onProgress }).finally(() => assert.ok(done, 'the action was in time'))
  }
  const replaced = await during(() => {
    fs.writeFileSync(`${path}.new`, '{}')
    fs.renameSync(`${path}.new`, path)
  })
  assert.deepEqual(replaced, expected)
  // Where the reader was past the cut already, it has seen the whole file.
  const cut = await during(() => fs.truncateSync(path, 1000)).catch((error) => error)
  if (cut instanceof leakguard.LeakguardError) assert.equal(cut.code, 'ERR_LEAKGUARD_PARSE')
  else assert.deepEqual(cut, expected)
})

test('limits are kept', async () => {
  await assert.rejects(leakguard.analyze(leaky.path, { limits: { maxNodes: 100 } }), { code: 'ERR_LEAKGUARD_LIMIT' })
  await assert.rejects(leakguard.analyze(leaky.path, { limits: { maxBytes: '10kB' } }), { code: 'ERR_LEAKGUARD_LIMIT' })
})

test('progress goes forward through the stages to the total of a file, compressed or not', async () => {
  const compressed = join(leaky.folder, 'progress.gz')
  fs.writeFileSync(compressed, zlib.gzipSync(leaky.bytes))
  for (const path of [leaky.path, compressed]) await assertProgress(path)
})

async function assertProgress(path) {
  const seen = []
  await leakguard.analyze(path, { onProgress: (progress) => seen.push(progress) })
  const stages = ['parse', 'edges', 'dominators', 'report']
  const order = seen.map(({ stage }) => stages.indexOf(stage))
  assert.ok(seen.length > 0)
  assert.deepEqual(order, order.toSorted?.((one, other) => one - other) ?? order)
  assert.ok(seen.every(({ bytes }, index) => index === 0 || bytes >= seen[index - 1].bytes))
  assert.equal(seen.at(-1).total, fs.statSync(path).size)
  assert.equal(seen.at(-1).bytes, seen.at(-1).total)
}

test('what onProgress throws rejects the promise', async () => {
  const mine = new Error('mine')
  await assert.rejects(leakguard.analyze(leaky.path, { onProgress: () => { throw mine } }), (error) => error === mine)
})

test('an aborted signal stops it: before, and while a stream is still coming', async () => {
  const reason = new Error('enough')
  await assert.rejects(leakguard.analyze(leaky.path, { signal: AbortSignal.abort(reason) }), (error) => error.cause === reason)

  const controller = new AbortController()
  const endless = new Readable({ read() {} })
  endless.push(leaky.bytes.subarray(0, 1000))
  const analysis = leakguard.analyze(endless, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 20)
  await assert.rejects(analysis, (error) => error.code === 'ERR_LEAKGUARD_CANCELLED' && error.cause === reason)
  assert.ok(endless.destroyed)
})

test('a stream that fails, or closes early, is told with its error as the cause', async () => {
  const broken = new Error('the disk was pulled out')
  const failing = Readable.from((async function* () {
    yield leaky.bytes.subarray(0, 1000)
    throw broken
  })())
  await assert.rejects(leakguard.analyze(failing), (error) => error.code === 'ERR_LEAKGUARD_IO' && error.cause === broken)

  const closing = new Readable({ read() {} })
  setTimeout(() => closing.destroy(), 5)
  await assert.rejects(leakguard.analyze(closing), (error) => error.code === 'ERR_LEAKGUARD_IO' && error.cause.code === 'ERR_STREAM_PREMATURE_CLOSE')
})

test('a stream is destroyed when the input turns out bad, and not read to its end', async () => {
  const zeros = Buffer.alloc(64 * 1024)
  const endless = new Readable({ read() { this.push(zeros) } })
  await assert.rejects(leakguard.analyze(endless), { code: 'ERR_LEAKGUARD_PARSE' })
  assert.ok(endless.destroyed)

  let returned = false
  const generated = (async function* () {
    try {
      for (;;) yield zeros
    } finally {
      returned = true
    }
  })()
  await assert.rejects(leakguard.analyze(generated), { code: 'ERR_LEAKGUARD_PARSE' })
  for (let tries = 0; !returned && tries < 100; tries++) await sleep(10)
  assert.ok(returned)
})

test('a chunk that is no bytes is told', async () => {
  await assert.rejects(leakguard.analyze(Readable.from([{ a: 1 }])), /chunk is .*not bytes/)
})

test('several analyses at once do not mix', async () => {
  const [one, two, three] = await Promise.allSettled([
    leakguard.analyze(leaky.path, { top: 3 }),
    leakguard.analyze(Readable.from(['nonsense'])),
    leakguard.analyze(fs.createReadStream(leaky.path), { top: 3 }),
  ])
  assert.equal(two.reason.code, 'ERR_LEAKGUARD_PARSE')
  assert.deepEqual(one.value, three.value)
})

test('wrong arguments are named', async () => {
  const cases = [
    [[], /source must be a path or a readable stream, got undefined/],
    [[{}], /source must be a path or a readable stream, got {}/],
    [[''], /source must be a path/],
    [['a', { tpo: 1 }], /"tpo" is not known in options, which has top, minShare/],
    [['a', { top: 0 }], /"top" must be a whole number from 1 to 100000, got 0/],
    [['a', { minShare: 2 }], /"minShare" must be a number from 0 to 1, got 2/],
    [['a', { minBytes: '10 parsecs' }], /"minBytes" must be bytes or a text such as '10MB', got '10 parsecs'/],
    [['a', { minBytes: -1 }], /"minBytes" must be bytes/],
    [['a', { limits: { nodes: 1 } }], /"nodes" is not known in "limits"/],
    [['a', { limits: 3 }], /"limits" must be an object, got 3/],
    [['a', { signal: {} }], /"signal" must be an AbortSignal/],
    [['a', { onProgress: 1 }], /"onProgress" must be a function, got 1/],
    [['a', 7], /options must be an object, got 7/],
  ]
  for (const [given, message] of cases) {
    await assert.rejects(leakguard.analyze(...given), (error) => error.code === 'ERR_LEAKGUARD_OPTION' && message.test(error.message), String(message))
  }
})

test('sizes are bytes or texts', async () => {
  const suspectsFrom = async (minBytes) => (await leakguard.analyze(leaky.path, { minBytes })).suspects.length
  assert.ok((await suspectsFrom('100 KiB')) > 0)
  for (const size of ['1GB', '1.5 gib', 10 ** 9]) assert.equal(await suspectsFrom(size), 0)
})
