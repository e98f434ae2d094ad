'use strict'

const fs = require('node:fs')

/** The process's open descriptors by kind: `{ socket: 3, pipe: 2, file: 1, … }`; `undefined` where the system does not list them. */
function descriptors() {
  let names
  try {
    names = fs.readdirSync('/proc/self/fd')
  } catch {
    return undefined
  }
  const kinds = {}
  for (const name of names) {
    try {
      const kind = kindOf(fs.readlinkSync(`/proc/self/fd/${name}`))
      kinds[kind] = (kinds[kind] ?? 0) + 1
    } catch {
      // closed meanwhile, as the one of this listing is
    }
  }
  return kinds
}

/** `socket:[123]`, `anon_inode:[eventpoll]`, `/dev/null`, `/path/of/file` */
function kindOf(target) {
  const anonymous = /^anon_inode:\[?(\w+)/.exec(target)
  if (anonymous) return anonymous[1]
  const [, kind] = /^(\w+):\[/.exec(target) ?? []
  return kind ?? (target.startsWith('/dev/') ? 'device' : 'file')
}

module.exports = { descriptors }
