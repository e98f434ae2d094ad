'use strict'

const fs = require('node:fs')

const LISTEN = '0A'

/** The TCP ports on which a process listens, `{ host, port }` each: those of its network's table whose sockets it has open. Linux. */
function listeningPorts(pid) {
  const own = new Set(socketsOf(pid))
  return ['tcp', 'tcp6'].flatMap((table) => rowsOf(`/proc/${pid}/net/${table}`)).filter(({ state, inode }) => state === LISTEN && own.has(inode)).map(({ host, port }) => ({ host, port }))
}

function socketsOf(pid) {
  return fs.readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? []
    } catch {
      return [] // closed meanwhile
    }
  })
}

function rowsOf(path) {
  let text
  try {
    text = fs.readFileSync(path, 'latin1')
  } catch {
    return [] // no IPv6 here
  }
  return text.trim().split('\n').slice(1).map((line) => {
    const fields = line.trim().split(/\s+/)
    const [address, port] = fields[1].split(':')
    return { host: address.length > 8 ? '[::1]' : '127.0.0.1', port: Number.parseInt(port, 16), state: fields[3], inode: fields[9] }
  })
}

module.exports = { listeningPorts }
