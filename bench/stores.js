'use strict'
// node bench/stores.js FOLDER
// Runs the two examples of docs/fleet.md, as they are written there, against real servers: snapshots to an S3 server, and the lock in
// Redis, for which several processes ask at once. FOLDER is one in which these were installed:
//   npm install --ignore-scripts s3rver @aws-sdk/client-s3 @aws-sdk/lib-storage redis
// redis-server is taken from the PATH.

const assert = require('assert/strict')
const { fork, spawn } = require('child_process')
const { once } = require('events')
const fs = require('fs')
const { createRequire } = require('module')
const net = require('net')
const os = require('os')
const path = require('path')
const leakguard = require('..')

const PODS = 8
const stores = path.resolve(process.argv[2])
const from = createRequire(path.join(stores, 'index.js'))

/** A function of the block of the document that has `mark`. */
function example(name, mark, given = {}) {
  const text = fs.readFileSync(path.join(__dirname, '../docs/fleet.md'), 'utf8')
  const [, block] = [...text.matchAll(/```js\n([^]*?)```/g)].find(([, code]) => code.includes(mark))
  const [code] = block.split(/^const watchdog/m)
  return new Function('require', ...Object.keys(given), `${code}\nreturn ${name}`)(required, ...Object.values(given))
}

function required(name) {
  if (name.startsWith('leakguard')) return require(path.join(__dirname, '..', name.slice(10)))
  return name.startsWith('node:') ? require(name) : from(name)
}

async function objectStore(directory) {
  const { S3Client, CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } = from('@aws-sdk/client-s3')
  const server = new (from('s3rver'))({ port: 0, address: '127.0.0.1', silent: true, directory })
  const { port } = await server.run()
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }
  const s3 = new S3Client({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', forcePathStyle: true, credentials })
  try {
    await s3.send(new CreateBucketCommand({ Bucket: 'heaps' }))
    const keep = example('keep', 'lib-storage')
    const Key = await keep(s3, 'heaps')
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'heaps', Key }))
    const file = path.join(directory, 'fetched.heapsnapshot.zst')
    fs.writeFileSync(file, await Body.transformToByteArray())
    const { nodeCount } = await leakguard.analyze(file)
    assert.ok(nodeCount > 10_000)
    console.log(`S3: ${Key} is in the store, and analyze reads ${nodeCount} objects of it`)
    await assert.rejects(keep(s3, 'no-such-bucket'), { name: 'NoSuchBucket' })
    assert.equal((await s3.send(new ListObjectsV2Command({ Bucket: 'heaps' }))).Contents.length, 1)
    console.log('S3: an upload that fails ends the capture')
    assert.equal((await leakguard.writeSnapshot(file)).path, file)
  } finally {
    s3.destroy()
    await server.close()
  }
}

async function lock(directory) {
  const port = await freePort()
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory], { stdio: 'ignore' })
  try {
    await reachable(port)
    const pods = Array.from({ length: PODS }, (_, nth) => fork(__filename, [stores, 'pod', String(port)], { env: { ...process.env, HOSTNAME: `pod-${nth}` } }))
    const answers = await Promise.all(pods.map(async (pod) => (await once(pod, 'message'))[0]))
    assert.equal(answers.filter(([first]) => first).length, 1)
    for (const [first, again] of answers) assert.equal(again, first)
    console.log(`Redis: of ${PODS} processes that asked at once, one captures; it may look again, the others may not`)
  } finally {
    server.kill()
  }
}

async function pod(port) {
  const redis = from('redis').createClient({ url: `redis://127.0.0.1:${port}` })
  await redis.connect()
  const beforeCapture = example('beforeCapture', 'redis.set', { redis })
  assert.equal(await beforeCapture({ kind: 'gc' }), true)
  process.send([await beforeCapture({ kind: 'growth' }), await beforeCapture({ kind: 'growth' })])
  await redis.close()
  process.disconnect()
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

async function reachable(port) {
  for (let nth = 0; nth < 100; nth++) {
    const socket = net.connect(port, '127.0.0.1')
    const open = await new Promise((resolve) => socket.on('connect', () => resolve(true)).on('error', () => resolve(false)))
    socket.destroy()
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('redis-server does not answer')
}

async function main() {
  if (process.argv[3] === 'pod') return pod(process.argv[4])
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-stores-'))
  try {
    await objectStore(directory)
    await lock(directory)
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

main()
