'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const leakguard = require('leakguard')
const { program, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { mounted, remount } = require('./support/mount.js')

const force = true // the guard of memory and disk has tests of its own
const ways = {
  'writeSnapshot by a twin': ['writeSnapshot', { mode: 'twin', force }],
  'writeSnapshot inline': ['writeSnapshot', { mode: 'inline', force }],
  writeSnapshotSync: ['writeSnapshotSync', { force }],
}
for (const [name, [method, options]] of Object.entries(ways)) {
  const capture = async (path) => leakguard[method](path, options)

  test(`${name}: a missing folder is told, with the system's error as the cause`, async (t) => {
    const path = join(folderFor(t), 'missing', 'a.heapsnapshot')
    await assert.rejects(capture(path), (error) => {
      assert.ok(error instanceof leakguard.LeakguardError)
      assert.equal(error.code, 'ERR_LEAKGUARD_IO')
      assert.equal(error.cause.code, 'ENOENT')
      assert.match(error.message, /^ERR_LEAKGUARD_IO: cannot write .*missing.*create it first$/)
      return true
    })
  })

  test(`${name}: a full disk is told, is not made fuller, and no descriptor is lost`, async (t) => {
    const folder = mounted(t, 'size=1m')
    if (!folder) return
    const path = join(folder, 'a.heapsnapshot')
    fs.writeFileSync(path, 'the old one')
    const free = () => fs.statfsSync(folder).bfree
    const before = free()
    // In a process of its own: V8's forgotten descriptors are counted.
    const descriptors = await program(`
      const fs = require('node:fs')
      const mine = () => fs.readdirSync('/proc/self/fd').filter((fd) => {
        try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith(${JSON.stringify(folder)}) } catch { return false }
      })
      const told = (error) => console.log(JSON.stringify({ code: error.code, cause: error.cause.code, message: error.message, left: mine() }))
      try { Promise.resolve(leakguard.${method}(${JSON.stringify(path)}, ${JSON.stringify(options)})).catch(told) } catch (error) { told(error) }`)
    assert.equal(descriptors.code, 'ERR_LEAKGUARD_IO')
    assert.equal(descriptors.cause, 'ENOSPC')
    assert.match(descriptors.message, /disk is full.*free space or choose another disk/)
    assert.deepEqual(descriptors.left, [])
    await assert.rejects(capture(path), { code: 'ERR_LEAKGUARD_IO' })
    assert.deepEqual(fs.readdirSync(folder), ['a.heapsnapshot'])
    assert.equal(fs.readFileSync(path, 'utf8'), 'the old one')
    assert.equal(free(), before)
  })

  test(`${name}: a read-only file system is told`, async (t) => {
    const folder = mounted(t, 'size=1m')
    if (!folder) return
    remount(folder, 'ro')
    await assert.rejects(capture(join(folder, 'a')), (error) => error.cause.code === 'EROFS' && /choose another folder/.test(error.message))
  })
}

test('a working directory that was removed is told', { skip: process.platform === 'win32' }, async (t) => {
  const folder = join(folderFor(t), 'removed')
  fs.mkdirSync(folder)
  const answer = await program(`process.chdir(${JSON.stringify(folder)}); require('node:fs').rmdirSync(${JSON.stringify(folder)})
    Promise.allSettled([leakguard.writeSnapshot(), leakguard.writeSnapshot('a')])
      .then((ends) => console.log(JSON.stringify(ends.map(({ reason }) => [reason.code, reason.cause.code]))))`)
  assert.deepEqual(answer, Array(2).fill(['ERR_LEAKGUARD_IO', 'ENOENT']))
})

test('no permission is told', async (t) => {
  if (process.getuid?.() === 0) {
    const folder = folderFor(t)
    fs.chmodSync(folder, 0o500)
    // root may write everywhere: let the program be nobody.
    const answer = await program(`process.setgid(65534); process.setuid(65534)
      leakguard.writeSnapshot(${JSON.stringify(join(folder, 'a'))}).catch(({ code, cause }) => console.log(JSON.stringify([code, cause.code])))`)
    assert.deepEqual(answer, ['ERR_LEAKGUARD_IO', 'EACCES'])
  } else {
    await assert.rejects(leakguard.writeSnapshot('/leakguard-test'), (error) => /EACCES|EPERM|EROFS/.test(error.cause.code))
  }
})

test('a signal that is aborted already, in the queue, or during the pause, leaves no file', async (t) => {
  const folder = folderFor(t)
  const reason = new Error('changed my mind')
  const controller = new AbortController()
  const first = leakguard.writeSnapshot(join(folder, 'first'))
  const queued = leakguard.writeSnapshot(join(folder, 'queued'), { signal: controller.signal })
  const already = leakguard.writeSnapshot(join(folder, 'already'), { signal: AbortSignal.abort(reason) })
  controller.abort(reason)
  await first
  for (const capture of [queued, already]) {
    await assert.rejects(capture, (error) => error.code === 'ERR_LEAKGUARD_CANCELLED' && error.cause === reason)
  }
  // Asked twice before the pause, to validate it and to begin; what changes then changes during the pause.
  let asked = 0
  const late = { get aborted() { return ++asked > 2 }, reason }
  await assert.rejects(leakguard.writeSnapshot(join(folder, 'late'), { signal: late }), { code: 'ERR_LEAKGUARD_CANCELLED' })
  assert.deepEqual(fs.readdirSync(folder), ['first'])
})

/** Bytes of what is being written. */
function hiddenBytes(folder) {
  const hidden = fs.readdirSync(folder).filter((name) => name.startsWith('.'))
  return hidden.reduce((sum, name) => sum + (fs.statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0)
}

test('SIGKILL in the midst leaves the path as it was', { skip: process.platform === 'win32' }, async (t) => {
  const folder = folderFor(t)
  const path = join(folder, 'a.heapsnapshot')
  const source = `globalThis.kept = Array.from({ length: 200_000 }, (_, index) => ({ index }))
    require('leakguard').writeSnapshotSync(${JSON.stringify(path)})`
  // One that was done before it was seen to write is followed by another.
  for (let attempt = 1; ; attempt++) {
    fs.writeFileSync(path, 'the old one')
    const child = spawn(process.execPath, ['-e', source], { cwd: root, stdio: 'ignore' })
    const ended = once(child, 'exit')
    // Killed as soon as the hidden file has bytes: V8 is in the midst of writing.
    while (child.exitCode === null && hiddenBytes(folder) === 0) await sleep(1)
    child.kill('SIGKILL')
    const [, signal] = await ended
    const left = fs.readFileSync(path, 'utf8')
    if (signal === 'SIGKILL' && left === 'the old one') return assert.ok(hiddenBytes(folder) > 0)
    assert.ok(JSON.parse(left).strings.length > 1000, 'whole, where it was done')
    assert.ok(attempt < 20, 'never seen to write')
  }
})
