'use strict'

const fs = require('node:fs')
const { LeakguardError } = require('../errors.js')

/** Node says this when its inspector opens: a program without it has none. */
const MARK = Buffer.from('Debugger listening on')
const SIGUSR1 = 10n
const BLOCK = 4 * 2 ** 20

/**
 * Makes sure that SIGUSR1 opens a process's inspector, and does no harm: it ends a process that does not expect it. Throws
 * ERR_LEAKGUARD_ATTACH with what is in the way. Looks only; Linux.
 */
function requireNode(pid) {
  if (process.platform !== 'linux') {
    throw refusal(pid, 'what it would do with a signal can be told on Linux only; start it with --inspect, or open its inspector by hand (kill -USR1), and give 127.0.0.1:9229')
  }
  requireOurs(pid)
  if (!isNode(pid)) throw refusal(pid, `it is no Node.js process but ${nameOf(pid)}, which the signal would end`)
  const { caught, ignored, stopped } = statusOf(pid)
  if (stopped) throw refusal(pid, 'it is stopped (Ctrl-Z, SIGSTOP), so that it could answer nothing; let it go on first (kill -CONT)')
  if (ignored) throw refusal(pid, 'it ignores SIGUSR1, so its inspector cannot be opened; start it with --inspect and give 127.0.0.1:9229')
  if (!caught) throw refusal(pid, 'it does not listen to SIGUSR1 (--disable-sigusr1, or it has only just started): the signal would end it; start it with --inspect')
  const [own, other] = [networkOf('self'), networkOf(pid)]
  if (own !== undefined && other !== undefined && own !== other) {
    throw refusal(pid, 'it is in another network namespace, such as a container, where its inspector cannot be reached from; run leakguard in there')
  }
}

function requireOurs(pid) {
  try {
    process.kill(pid, 0)
    fs.readlinkSync(`/proc/${pid}/exe`)
  } catch (cause) {
    if (cause.code === 'ESRCH' || cause.code === 'ENOENT') throw refusal(pid, 'there is no such process', cause)
    const isRoot = process.geteuid() === 0
    throw refusal(pid, isRoot ? `it may not be looked into, even by root (${cause.code}): a sandbox or a container forbids it` : "it is another user's; run leakguard as that user, or as root", cause)
  }
}

/** Its program, or the library of Node where distributions have one, has the inspector in it. */
function isNode(pid) {
  if (holds(`/proc/${pid}/exe`, MARK)) return true
  const libraries = new Set(fs.readFileSync(`/proc/${pid}/maps`, 'utf8').match(/\/\S*libnode\.so\S*/g))
  return [...libraries].some((path) => holds(`/proc/${pid}/root${path}`, MARK))
}

/** Whether a file has these bytes, read block by block. */
function holds(path, bytes) {
  let file
  try {
    file = fs.openSync(path, 'r')
    const block = Buffer.alloc(BLOCK)
    let kept = 0
    for (;;) {
      const read = fs.readSync(file, block, kept, BLOCK - kept, null)
      if (read === 0) return false
      if (block.subarray(0, kept + read).includes(bytes)) return true
      const end = kept + read
      kept = Math.min(bytes.length - 1, end)
      block.copyWithin(0, end - kept, end)
    }
  } catch {
    return false
  } finally {
    if (file !== undefined) fs.closeSync(file)
  }
}

function statusOf(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
  const has = (name) => (BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1] ?? 0}`) >> (SIGUSR1 - 1n)) % 2n === 1n
  return { caught: has('SigCgt'), ignored: has('SigIgn'), stopped: /^State:\s*[Tt]/m.test(status) }
}

function networkOf(pid) {
  try {
    return fs.readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return undefined
  }
}

/** Whether a path means the same file to it, and what it writes there is this user's. */
function sharesFiles(pid) {
  try {
    return fs.statSync(`/proc/${pid}`).uid === process.geteuid() && fs.readlinkSync(`/proc/${pid}/ns/mnt`) === fs.readlinkSync('/proc/self/ns/mnt')
  } catch {
    return false
  }
}

function nameOf(pid) {
  return fs.readlinkSync(`/proc/${pid}/exe`)
}

function refusal(target, why, cause) {
  return new LeakguardError('ERR_LEAKGUARD_ATTACH', `cannot attach to ${typeof target === 'number' ? `process ${target}` : target}: ${why}`, { cause })
}

module.exports = { requireNode, refusal, sharesFiles }
