'use strict'

const { closeSync, openSync, readSync } = require('node:fs')
const { firstBytes } = require('./first-bytes.js')

const GZIP = 0x1f8b
const ZSTD = 0x28b52ffd
/** A head of zstd's, the longest that there is. */
const HEAD = 18
/** gzip counts bytes up to here and begins anew; snapshots shrink to a quarter or less, so that a count below the half is one that began anew. */
const COUNTED = 2 ** 32
const LEAST_RATIO = 2
/** What zstd makes of a snapshot at least, where it does not say. */
const ZSTD_RATIO = 5

/** How many bytes a snapshot's file has, decompressed: as its format tells, or about. Of what is no file it is not known: 0. */
function plainSize(path) {
  const { bytes, size } = firstBytes(path, HEAD) ?? { size: 0 }
  if (!(size >= HEAD)) return size
  if (bytes.readUInt16BE() === GZIP) return ofGzip(path, size)
  return bytes.readUInt32BE() === ZSTD ? (ofZstd(bytes) ?? size * ZSTD_RATIO) : size
}

function ofGzip(path, size) {
  const counted = lastBytes(path, size, 4).readUInt32LE()
  return counted + COUNTED * Math.max(0, Math.ceil((size * LEAST_RATIO - counted) / COUNTED))
}

function lastBytes(path, size, count) {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(count)
    readSync(file, bytes, 0, count, size - count)
    return bytes
  } finally {
    closeSync(file)
  }
}

/** The size in a frame's head (RFC 8878, 3.1.1.1), which whoever streamed could not know. */
function ofZstd(bytes) {
  const descriptor = bytes[4]
  const isSingle = (descriptor & 0x20) !== 0
  const at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]
  switch (descriptor >> 6) {
    case 0:
      return isSingle ? bytes[at] : undefined
    case 1:
      return bytes.readUInt16LE(at) + 256
    case 2:
      return bytes.readUInt32LE(at)
    default:
      return Number(bytes.readBigUInt64LE(at))
  }
}

module.exports = { plainSize }
