'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const leakguard = require('leakguard')
const { program } = require('./support/child.js')

test('sockets, servers, processes, workers, watchers and files by the place that opens them, until they are closed', async () => {
  const found = await program(`
    const net = require('net'), fs = require('fs'), dgram = require('dgram'), { spawn } = require('child_process'), { Worker } = require('worker_threads')
    const { once } = require('events')
    const open = () => Object.fromEntries(tracker.report().sites.map(({ type, live, function: name }) => [type, [live, name]]))
    const tracker = leakguard.trackHandles({ sample: 1 })
    const gone = async (types) => {
      for (let turn = 0; turn < 1000 && types.some((type) => open()[type]?.[0] > 0); turn++) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    async function main() {
      const server = net.createServer()
      await once(server.listen(0), 'listening')
      const clients = []
      for (let nth = 0; nth < 2; nth++) {
        const accepted = once(server, 'connection')
        clients.push(net.connect(server.address().port))
        clients.push((await accepted)[0])
      }
      const udp = dgram.createSocket('udp4')
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'])
      const worker = new Worker('setTimeout(() => {}, 600_000)', { eval: true })
      const watcher = fs.watch('.')
      const polled = fs.watchFile('package.json', () => {})
      const fd = fs.openSync('package.json')
      const stream = fs.createReadStream('package.json')
      const { types, fds, oldest } = tracker.report()
      const during = open()
      for (const client of clients) client.destroy()
      server.close(); udp.close(); child.kill('SIGKILL'); worker.terminate(); watcher.close(); fs.unwatchFile('package.json'); fs.closeSync(fd); stream.destroy()
      await gone(Object.keys(during))
      const after = open()
      tracker.stop()
      process.stdout.write(JSON.stringify({ during, after, types, fds, oldest }))
    }
    main()`)
  const expected = ['Server', 'Socket', 'incoming Socket', 'Socket', 'ChildProcess', 'Worker', 'FSWatcher', 'StatWatcher', 'file', 'ReadStream']
  for (const type of expected) assert.deepEqual(found.during[type]?.[1], 'main', `${type}: ${JSON.stringify(found.during)}`)
  assert.equal(found.during['incoming Socket'][0], 2)
  assert.deepEqual(Object.entries(found.after).filter(([, [live]]) => live > 0), [])
  assert.ok(found.types.TCPServerWrap >= 1)
  assert.equal(found.oldest[0].type, 'Server')
  if (process.platform === 'linux') assert.ok(found.fds.socket >= 4 && found.fds.file >= 1)
})

test('whatever a wrapper of somebody else returns, the app gets, and no exception', async () => {
  const found = await program(`
    const fs = require('fs'), net = require('net'), timers = require('timers/promises')
    fs.createReadStream = () => undefined
    net.Server.prototype.listen = () => undefined
    const trackers = [leakguard.trackHandles({ sample: 1 }), leakguard.trackTimers({ sample: 1 })]
    const opened = [fs.createReadStream('x') === undefined, new net.Server().listen() === undefined]
    timers.setTimeout(Symbol()).catch(({ name }) => console.log(JSON.stringify([...opened, name])))
    trackers.forEach((tracker) => tracker.stop())`)
  assert.deepEqual(found, [true, true, 'TypeError'])
})

test('the functions look the same and come back', () => {
  const names = ['watch', 'watchFile', 'createReadStream', 'createWriteStream', 'openSync']
  const before = names.map((name) => fs[name])
  const look = () => names.map((name) => [fs[name].name, fs[name].length, Reflect.ownKeys(fs[name]).map(String)])
  const looked = look()
  const tracker = leakguard.trackHandles()
  assert.deepEqual(look(), looked)
  assert.throws(() => fs.openSync('/no such file'), { code: 'ENOENT' })
  tracker.stop()
  tracker.stop()
  assert.deepEqual(names.map((name) => fs[name]), before)
})
