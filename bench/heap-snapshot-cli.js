'use strict'
// @heap-snapshot/cli's binary. It demands glibc 2.39 for two functions it can do without (they are weak symbols): where the
// system is older, a copy is measured whose demand is marked weak as well. Not a byte of its code differs.

const fs = require('fs')
const path = require('path')

const VERSION_NEEDS = 0x6ffffffe // SHT_GNU_verneed
const WEAK = 2 // VER_FLG_WEAK

/** The path of a binary that runs here, or null where the package is not there. */
function prepare(cache) {
  let binary
  try {
    binary = path.join(path.dirname(require.resolve('@heap-snapshot/linux-x64/package.json')), 'heap-snapshot')
  } catch {
    return null
  }
  const copy = path.join(cache, 'heap-snapshot')
  fs.writeFileSync(copy, weaken(fs.readFileSync(binary)), { mode: 0o755 })
  return copy
}

/** Marks each demanded version weak. ELF, 64 bits, little-endian. */
function weaken(elf) {
  const at = Number(elf.readBigUInt64LE(0x28))
  const [size, count] = [elf.readUInt16LE(0x3a), elf.readUInt16LE(0x3c)]
  for (let section = 0; section < count; section++) {
    const header = at + section * size
    if (elf.readUInt32LE(header + 4) !== VERSION_NEEDS) continue
    for (let need = Number(elf.readBigUInt64LE(header + 24)), step = 1; step; need += step) {
      for (let entry = need + elf.readUInt32LE(need + 8), next = 1; next; entry += next) {
        elf.writeUInt16LE(elf.readUInt16LE(entry + 4) | WEAK, entry + 4)
        next = elf.readUInt32LE(entry + 12)
      }
      step = elf.readUInt32LE(need + 12)
    }
  }
  return elf
}

module.exports = { prepare }
