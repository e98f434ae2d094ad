'use strict'

// What a command is given is not what it takes: each of them says so in one line, of the right file, before it costs anything.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { spawnSync } = require('node:child_process')
const { gzipSync } = require('node:zlib')
const leakguard = require('leakguard')
const { plainSize } = require('../lib/cli/plain-size.js')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { leakySnapshot } = require('./support/snapshot.js')

const unix = process.platform !== 'win32'
const cli = (args, options) => node(['bin/leakguard.js', ...args], options)
const taken = leakySnapshot(test)

async function failed(args, message, options) {
  const { code, stdout, stderr } = await cli(args, options)
  assert.equal(code, 3, `${args.join(' ')}: ${stderr}`)
  assert.equal(stdout, '')
  assert.match(stderr, /^leakguard: ERR_LEAKGUARD_[A-Z]+: [^\n]+\n$/)
  assert.match(stderr, message)
}

test('every command that reads snapshots says what is wrong, and of which file', async (t) => {
  const { path } = await taken
  const folder = folderFor(t)
  const made = (name, content) => (fs.writeFileSync(join(folder, name), content), join(folder, name))
  const whole = fs.readFileSync(path)
  const packed = gzipSync(whole)
  const profile = '{"head":{"callFrame":{"functionName":"(root)"},"selfSize":0,"children":[]},"samples":[]}'
  const out = join(folder, 'out')
  for (const [file, message] of [
    [join(folder, 'missing'), /ERR_LEAKGUARD_IO: cannot open \S*missing: /],
    [folder, /ERR_LEAKGUARD_IO: cannot open \S+: it is a directory/],
    [made('empty', ''), /ERR_LEAKGUARD_PARSE: .*the file is empty/],
    [made('cut', whole.subarray(0, 50_000)), /ERR_LEAKGUARD_PARSE: .*the file ends early/],
    [made('cut.gz', packed.subarray(0, 20_000)), /ERR_LEAKGUARD_PARSE: .*the compressed stream is damaged or ends early/],
    [made('a.heapprofile', profile), /ERR_LEAKGUARD_PARSE: \S+ is no heap snapshot: a heap profile has/],
    [made('profile.json', profile), /ERR_LEAKGUARD_PARSE: \S+ is no heap snapshot: a heap profile has/],
    [made('cpu.json', '{"nodes":[{"id":1,"callFrame":{}}]}'), /ERR_LEAKGUARD_PARSE: \S+ is no heap snapshot: a CPU profile/],
    [made('a.rec', 'LGFLIGHT'), /ERR_LEAKGUARD_PARSE: \S+ is no heap snapshot: .*leakguard postmortem/],
  ]) {
    await failed(['analyze', file], message)
    await failed(['redact', file, out], message)
    if (!file.endsWith('.heapprofile')) await failed(['convert', file, `${out}.speedscope.json`], message)
    const of = /ERR_LEAKGUARD_PARSE: \.\*the/.test(message.source) ? (which) => new RegExp(`${which} \\(${file}\\): the`) : () => message
    await failed(['growth', path, file], of('look 2'))
    await failed(['growth', file, path, path], of('look 1'))
    await failed(['diff', file, path], of('the first snapshot'))
  }
  assert.equal(fs.existsSync(out), false)
  assert.equal(fs.existsSync(`${out}.speedscope.json`), false)
})

test('how large a compressed snapshot is is known before it is read', async (t) => {
  const { path } = await taken
  const folder = folderFor(t)
  const { size } = fs.statSync(path)
  const packed = join(folder, 'a.gz')
  fs.writeFileSync(packed, gzipSync(fs.readFileSync(path)))
  assert.equal(plainSize(path), size)
  assert.equal(plainSize(packed), size)
  const { path: own } = await leakguard.writeSnapshot(join(folder, 'a.zst'), { compress: 'zstd' })
  assert.ok(plainSize(own) > 2 * fs.statSync(own).size)
  const zstd = (descriptor, ...rest) => {
    const file = join(folder, 'head.zst')
    fs.writeFileSync(file, Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor, ...rest]), Buffer.alloc(20)]))
    return plainSize(file)
  }
  assert.equal(zstd(0x20, 7), 7)
  assert.equal(zstd(0x40, 0, 1, 1), 0x101 + 256)
  assert.equal(zstd(0xa0, 1, 0, 0, 2), 2 * 2 ** 24 + 1)
  assert.equal(zstd(0xc1, 0, 9, 0, 0, 0, 0, 1, 0, 0, 0), 2 ** 32)
  // What gzip counted began anew at 4 GiB.
  const large = join(folder, 'large.gz')
  fs.writeFileSync(large, Buffer.from([0x1f, 0x8b]))
  try {
    fs.truncateSync(large, 1e9)
  } catch {
    return t.skip('this file system has no such large files')
  }
  assert.equal(plainSize(large), 2 ** 32)
  for (const none of [folder, join(folder, 'missing')]) assert.equal(plainSize(none), 0)
})

test('addresses that are limited are memory that is short', { skip: process.platform !== 'linux' }, (t) => {
  const large = join(folderFor(t), 'large.heapsnapshot')
  fs.writeFileSync(large, '{}')
  fs.truncateSync(large, 5e9)
  // As much as Node itself takes, and not enough for 5 GB.
  const { status, stderr } = spawnSync('bash', ['-c', 'ulimit -v 6000000 && exec "$0" bin/leakguard.js analyze "$1"', process.execPath, large], { cwd: root, encoding: 'utf8' })
  assert.equal(status, 3, stderr)
  assert.match(stderr, /^leakguard: ERR_LEAKGUARD_HEADROOM: the analysis needs about 8,000 MB, and (the limit of addresses \(ulimit -v\) of 6,144 MB|the cgroup's|this machine's).* or go ahead with --force\n$/)
})

test('a reader that goes, and a disk that is full', { skip: !unix }, async () => {
  const { path } = await taken
  const shell = (line) => spawnSync('bash', ['-c', line, process.execPath, path], { cwd: root, encoding: 'utf8' })
  const redacted = shell('set -o pipefail; "$0" bin/leakguard.js redact "$1" - | head -c 10')
  assert.deepEqual([redacted.status, redacted.stdout.length, redacted.stderr], [0, 10, ''])
  const broken = shell('set -o pipefail; head -c 500000 "$1" | "$0" bin/leakguard.js redact - - | cat > /dev/null')
  assert.equal(broken.status, 3)
  assert.match(broken.stderr, /^leakguard: ERR_LEAKGUARD_PARSE: [^\n]+\n$/)
  assert.deepEqual(shell('{ "$0" bin/leakguard.js nope; echo $? >&3; } 3>&1 2>&1 | { sleep 1; cat; }').stdout.split('\n').at(-2), '2')
  if (!fs.existsSync('/dev/full')) return
  const full = shell('"$0" bin/leakguard.js analyze "$1" > /dev/full')
  assert.equal(full.status, 3)
  assert.match(full.stderr, /^leakguard: ERR_LEAKGUARD_IO: what is printed cannot be written: ENOSPC[^\n]*\n$/)
})
