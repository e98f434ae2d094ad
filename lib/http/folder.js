'use strict'

const fs = require('node:fs')
const { join, resolve } = require('node:path')
const { LeakguardError } = require('../errors.js')
const { Refusal } = require('./refusal.js')

/** A snapshot's name: nothing hidden, nothing encoded, no way out of the folder. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}\.heapsnapshot(?:\.gz|\.zst)?$/
/** Those that were written here, whose names sort by time: the oldest of these go when there are too many. */
const OWN = /^leakguard-http-/

/** So many files are open for readers at once: each is a descriptor and a buffer, for as long as its reader takes. */
const MOST_READERS = 8

/** The server's folder of snapshots. */
class Folder {
  #path
  #keep
  #readers = 0

  constructor({ snapshotDir, keep }) {
    this.#path = snapshotDir === undefined ? undefined : resolve(snapshotDir)
    this.#keep = keep
  }

  get path() {
    if (this.#path === undefined) {
      throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', 'there is no folder for snapshots: give "snapshotDir", or set LEAKGUARD_DIR')
    }
    return this.#path
  }

  get given() {
    return this.#path !== undefined
  }

  /** Newest first: `{ name, bytes, time }`. */
  async list() {
    const names = (await fs.promises.readdir(this.path).catch(missing)).filter((name) => NAME.test(name))
    const rows = await Promise.all(names.map((name) => this.#row(name)))
    return rows.filter(Boolean).sort((a, b) => b.time - a.time)
  }

  async #row(name) {
    const stats = await fs.promises.lstat(join(this.path, name)).catch(() => undefined)
    return stats?.isFile() ? { name, bytes: stats.size, time: Math.round(stats.mtimeMs) } : undefined
  }

  /** Where the next one goes. */
  async next(end) {
    await fs.promises.mkdir(this.path, { recursive: true, mode: 0o700 })
    const time = new Date().toISOString().replaceAll(':', '-')
    return join(this.path, `leakguard-http-${time}-${process.pid}.heapsnapshot${end}`)
  }

  /** Removes the oldest of those that were written here. */
  async thin() {
    const old = (await this.list()).filter(({ name }) => OWN.test(name)).slice(this.#keep)
    for (const { name } of old) await fs.promises.rm(join(this.path, name), { force: true })
  }

  /**
   * `read(file, bytes, tag)` with a file of the folder open: a regular one, never what a symlink points to. The tag is of this content.
   */
  async reading(name, read) {
    if (!NAME.test(name)) throw nothing()
    const path = join(this.path, name)
    if (this.#readers >= MOST_READERS) {
      throw new Refusal(503, `${MOST_READERS} snapshots are being read already`, { code: 'ERR_LEAKGUARD_BUSY', headers: { 'Retry-After': '30' } })
    }
    this.#readers++
    const flags = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)
    const file = await fs.promises.open(path, flags).catch(() => undefined)
    try {
      const stats = await file?.stat()
      if (!stats?.isFile()) throw nothing()
      return await read(file, stats.size, `"${stats.size.toString(36)}-${Math.round(stats.mtimeMs).toString(36)}-${stats.ino.toString(36)}"`)
    } finally {
      this.#readers--
      await file?.close()
    }
  }

  /** Throws what `reading` would. */
  async check(name) {
    await this.reading(name, () => undefined)
  }

  async remove(name) {
    if (!NAME.test(name) || !(await this.#row(name))) throw nothing()
    await fs.promises.unlink(join(this.path, name)).catch(() => {
      throw nothing()
    })
  }
}

function missing(error) {
  if (error.code === 'ENOENT') return []
  throw new LeakguardError('ERR_LEAKGUARD_IO', `the folder of snapshots cannot be read: ${error.message}`, { cause: error })
}

function nothing() {
  return new Refusal(404, 'there is no snapshot of that name')
}

module.exports = { Folder }
