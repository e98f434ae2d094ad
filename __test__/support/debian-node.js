'use strict'

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { homedir } = require('node:os')
const { join } = require('node:path')

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'leakguard', 'debian-node')
/** What is not in every system, besides Node's own library. */
const PARTS = ['libuv1', 'libc-ares2', 'libnghttp2-14', 'libbrotli1', 'node-acorn', 'node-cjs-module-lexer', 'node-undici']

/**
 * Debian's own `nodejs`, unpacked beside the system's: V8, Node and libuv are libraries of their own there. Answers what turns a
 * program of it into a command, `(args) => [command, args]`; or, as a text, why it cannot be had.
 */
function debianNode() {
  if (process.platform !== 'linux') return 'Linux alone'
  const said = (command, ...args) => spawnSync(command, args, { encoding: 'utf8', cwd: cache, timeout: 120_000 })
  const root = join(cache, 'root')
  if (!fs.existsSync(join(root, 'usr', 'bin', 'node'))) {
    fs.mkdirSync(cache, { recursive: true })
    const version = /^\s+([^\s]+dfsg[^\s]*)\s/m.exec(said('apt-cache', 'policy', 'nodejs').stdout ?? '')?.[1]
    if (!version) return 'no package of Debian\'s is known here (apt-get update)'
    const dependencies = said('apt-cache', 'show', `nodejs=${version}`).stdout
    const library = /libnode\d+(?= \(=)/.exec(dependencies)?.[0]
    const icu = /libicu\d+/.exec(said('apt-cache', 'show', `${library}=${version}`).stdout ?? '')?.[0]
    if (!library || !icu) return 'its library is not known here'
    const { status, stderr } = said('apt-get', 'download', `nodejs=${version}`, `${library}=${version}`, icu, ...PARTS)
    if (status !== 0) return `it cannot be downloaded: ${stderr}`
    for (const name of fs.readdirSync(cache).filter((name) => name.endsWith('.deb'))) said('dpkg', '-x', name, `${root}.new`)
    fs.rmSync(root, { recursive: true, force: true })
    fs.renameSync(`${root}.new`, root)
  }
  // Its files are looked for under /usr: laid over the system's, in a name space of its own.
  const within = 'mount -t overlay overlay -o "lowerdir=$0/usr:/usr" /usr && exec /usr/bin/node "$@"'
  const command = (args) => ['unshare', ['-m', 'sh', '-c', within, root, ...args]]
  const [program, args] = command(['-e', ''])
  const { status, stderr, error } = said(program, ...args)
  return status === 0 ? command : `it cannot be laid over the system: ${error?.message ?? stderr}`
}

module.exports = { debianNode }
