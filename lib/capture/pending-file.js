'use strict'

const fs = require('node:fs')
const { promisify } = require('node:util')
const { dirname, basename, join } = require('node:path')
const { isMainThread } = require('node:worker_threads')
const { hiddenName, sweep } = require('./hidden-name.js')

const fsync = promisify(fs.fsync)

/**
 * A file that appears at its path whole or not at all.
 *
 * It is written under a hidden random name in the same folder, created exclusively with mode 0600, and renamed when it
 * is on the disk. A rename replaces a symlink at the path, never what the symlink points to. If the process is killed in
 * between, the path is untouched, and the hidden file stays until the next capture into that folder.
 */
class PendingFile {
  #fd
  #hidden

  constructor(path) {
    this.path = path
    refuseDevice(path)
    sweep(this.folder)
    this.#hidden = join(this.folder, hiddenName(basename(path)))
    this.#fd = fs.openSync(this.#hidden, 'wx', 0o600)
  }

  /** The path by which V8 opens what we opened: by descriptor where possible, so that nobody can slip in another file. */
  get writable() {
    const byDescriptor = `/proc/self/fd/${this.#fd}`
    return process.platform === 'linux' && fs.existsSync(byDescriptor) ? byDescriptor : this.#hidden
  }

  /** The number of the open file. */
  get descriptor() {
    return this.#fd
  }

  get folder() {
    return dirname(this.path)
  }

  get size() {
    return fs.fstatSync(this.#fd).size
  }

  flush() {
    return fsync(this.#fd)
  }

  flushSync() {
    fs.fsyncSync(this.#fd)
  }

  /** Puts the file in its place and answers its size in bytes. */
  publish() {
    const { size } = fs.fstatSync(this.#fd)
    fs.renameSync(this.#hidden, this.path)
    fs.closeSync(this.#fd)
    this.#fd = undefined
    return size
  }

  /** Leaves nothing behind. Never throws: it runs while another error is on its way. */
  discard() {
    if (this.#fd === undefined) return
    quietly(() => fs.ftruncateSync(this.#fd))
    quietly(() => fs.unlinkSync(this.#hidden))
    quietly(() => closeForgotten(this.#fd))
    quietly(() => fs.closeSync(this.#fd))
    this.#fd = undefined
  }
}

/** A rename would replace a device, a socket or a pipe by a file: `/dev/null` must survive. */
function refuseDevice(path) {
  const stats = fs.lstatSync(path, { throwIfNoEntry: false })
  if (!stats || stats.isFile() || stats.isSymbolicLink()) return
  const code = stats.isDirectory() ? 'EISDIR' : 'EEXIST'
  throw Object.assign(new Error(`${code}: ${path} is there and no regular file`), { code, path, syscall: 'open' })
}

/**
 * `v8.writeHeapSnapshot` forgets to close its descriptor when a write fails (Node 20 to 26), which would keep the deleted
 * file. Nobody but V8 has opened the file besides us, and while ours is open no other file can have its inode. Not in
 * workers: Node warns there about descriptors that it did not hand out itself.
 */
function closeForgotten(ours) {
  if (process.platform !== 'linux' || !isMainThread) return
  const { ino, dev } = fs.fstatSync(ours)
  for (const fd of fs.readdirSync('/proc/self/fd').map(Number)) {
    if (fd === ours) continue
    quietly(() => {
      const stats = fs.fstatSync(fd)
      if (stats.ino === ino && stats.dev === dev) fs.closeSync(fd)
    })
  }
}

/** The folder's entry reaches the disk too, where the system can do that. */
function flushFolderSync(path) {
  quietly(() => {
    const fd = fs.openSync(dirname(path), 'r')
    quietly(() => fs.fsyncSync(fd))
    fs.closeSync(fd)
  })
}

async function flushFolder(path) {
  const folder = await fs.promises.open(dirname(path), 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

function quietly(action) {
  try {
    action()
  } catch {
    // Nothing better can be done, and the caller has a better error to report.
  }
}

module.exports = { PendingFile, flushFolder, flushFolderSync }
