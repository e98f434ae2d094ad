'use strict'

const { unlinkSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { threadId } = require('node:worker_threads')
const { writeSnapshotSync } = require('../capture/snapshot.js')
const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')

let count = 0

/**
 * What came into the heap and what left it, by class, between `new HeapDiff()` and `end()`. Each of the two stops this thread
 * for a snapshot, as they always did.
 *
 * The first heap is kept as a table outside of V8's heap, 16 bytes an object, so that it is not in the second.
 */
class Diff {
  #before = tallied()
  #ended = false

  /** The difference. Once. */
  end() {
    if (this.#ended) throw new Error('attempt to end() a HeapDiff that was already ended')
    this.#ended = true
    const after = tallied()
    const difference = JSON.parse(this.#before.difference(after))
    this.#before = undefined
    return changeOf(difference)
  }
}

/** Without `new` this is the app's mistake, and is told as it always was: a class would tell it in words of its own. */
function HeapDiff(...given) {
  if (new.target === undefined) throw new TypeError('Use the new operator to create instances of this object.')
  return Reflect.construct(Diff, given, new.target)
}
HeapDiff.prototype = Diff.prototype
Object.defineProperty(HeapDiff.prototype, 'constructor', { value: HeapDiff, writable: true, configurable: true })

/** This heap's objects. The snapshot's file is gone when this returns. */
function tallied() {
  const tally = new (native().HeapTally)()
  const path = join(process.env.LEAKGUARD_DIR || tmpdir(), `leakguard-heapdiff-${process.pid}-${threadId}-${count++}.heapsnapshot`)
  try {
    // memwatch asks nobody whether memory and disk will do, and its callers rely on being served.
    writeSnapshotSync(path, { force: true })
    const failure = tally.read(path, 'HeapDiff')
    if (failure) throw new LeakguardError(failure.code, failure.message, { byte: failure.byte })
  } finally {
    try {
      unlinkSync(path)
    } catch {
      // It was not written.
    }
  }
  return tally
}

/** A difference in memwatch's words. */
function changeOf({ before, after, added, removed, changes }) {
  return {
    before: sized(before),
    after: sized(after),
    change: {
      ...words(after.bytes - before.bytes),
      freed_nodes: removed,
      allocated_nodes: added,
      details: changes.map(({ what, bytes, added, removed }) => ({ what, ...words(bytes), '+': added, '-': removed })),
    },
  }
}

function sized({ nodes, bytes }) {
  return { nodes, ...words(bytes) }
}

/** Bytes, and the same as a text: `12.34 mb`. */
function words(bytes) {
  const size = Math.abs(bytes)
  const round = (value) => Math.round(value * 100) / 100
  if (size > 1024 * 1024) return { size_bytes: bytes, size: `${round(bytes / 1024 / 1024)} mb` }
  if (size > 1024) return { size_bytes: bytes, size: `${round(bytes / 1024)} kb` }
  return { size_bytes: bytes, size: `${bytes} bytes` }
}

module.exports = { HeapDiff }
