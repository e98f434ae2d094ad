'use strict'

const http = require('node:http')
const { setTimeout: sleep } = require('node:timers/promises')
const { integer, wrong, shown } = require('../options.js')
const { stayBehind } = require('./closer.js')
const { Lease } = require('./lease.js')
const { listeningPorts } = require('./listening.js')
const { refusal, requireNode } = require('./node-process.js')
const { Session } = require('./session.js')

const CLOSES_MS = 10_000
const LOOK_MS = 50
const ANSWERS_MS = 5000
/** For one that opens after all, where nobody waits for it any more. */
const INTERRUPTED_MS = 2000

/**
 * A session with the process that `target` names: its id, or the HOST:PORT of an inspector that is open. An inspector that was opened for
 * it is closed again by `leave`, which resolves to whether nothing of it is left: `{ session, pid, leave() }`.
 */
async function attach(target, patienceMs, signal) {
  const pid = /^\d{1,10}$/.test(target) ? Number(target) : undefined
  if (pid !== undefined) return attachToProcess(pid, patienceMs, signal)
  const [, host, port] = /^(\[[0-9a-f:]+\]|[^:\s/]+):(\d+)$/i.exec(target) ?? []
  if (port === undefined) throw wrong(`the target must be a process id or HOST:PORT, got ${shown(target)}`)
  integer(1, 65_535)('port', Number(port))
  const url = await addressAt(host, port).catch((cause) => {
    throw refusal(target, `there is no inspector: ${cause.message}; node --inspect opens one`, cause)
  })
  const session = await Session.open(url)
  return { session, pid: await pidOf(session), leave: async () => (session.close(), true) }
}

async function attachToProcess(pid, patienceMs, signal) {
  requireNode(pid)
  const before = listeningPorts(pid)
  const open = await firstInspector(before)
  signal?.throwIfAborted()
  // One that was open before is somebody's, or another command line's, which shares its lease.
  const begins = open === undefined
  const inspector = open ?? (await opened(pid, before, patienceMs, signal))
  return joined(pid, inspector, { begins, patienceMs })
}

/** A session with an inspector that is open, and a part in its lease. */
async function joined(pid, inspector, { begins, patienceMs }) {
  let session
  try {
    session = await Session.open(inspector.url)
    const lease = await within(patienceMs, Lease.take(session, { begins }))
    return { session, pid, leave: lease === undefined ? async () => (session.close(), true) : () => left(session, pid, inspector, lease) }
  } catch (cause) {
    session?.close()
    // What the process has been asked, it does when it gets to it: then the lease ends by itself.
    throw refusal(pid, `its inspector is open, but it does not answer (${cause.message}); it is blocked, or was closed by somebody else`, cause)
  }
}

/** What a promise comes to, in that time. */
function within(ms, promise) {
  const settled = new AbortController()
  const late = sleep(ms, undefined, { signal: settled.signal }).then(() => Promise.reject(new Error(`no answer within ${ms} ms`)))
  return Promise.race([promise, late]).finally(() => settled.abort())
}

/**
 * Leaves a process's inspector, which closes unless others are there; resolves to whether nothing of ours is left.
 *
 * The session is left to the process to end. Node 24 and 26 die (a use after free in `WsHandler::OnCloseFrameWritten`) where a client goes at the moment
 * in which the inspector closes.
 */
async function left(session, pid, inspector, lease) {
  const closes = await within(CLOSES_MS, lease.leave()).catch(() => undefined)
  if (closes === false) return session.close(), true
  await within(CLOSES_MS, session.ended).catch(() => {})
  session.close()
  for (const end = Date.now() + CLOSES_MS; Date.now() < end; await sleep(LOOK_MS)) {
    try {
      if (!listeningPorts(pid).some((port) => keyOf(port) === keyOf(inspector))) return true
    } catch {
      return true // it has ended
    }
  }
  return false
}

/** Asks the process to open its inspector, and waits until it has: `{ host, port, url }`. */
async function opened(pid, before, patienceMs, signal) {
  const known = new Set(before.map(keyOf))
  requireNode(pid) // again: what was seen can be seconds old, and a number another process's by now
  process.kill(pid, 'SIGUSR1')
  let end = Date.now() + patienceMs
  signal?.addEventListener('abort', () => (end = Math.min(end, Date.now() + INTERRUPTED_MS)), { once: true })
  for (; Date.now() < end; await sleep(LOOK_MS)) {
    const found = await freshInspector(pid, known)
    if (found !== undefined) return found
  }
  const after = (await stayBehind(pid, known)) ? 'and leakguard closes it then (a process stays behind for that, ten minutes at most)' : 'and it stays open'
  throw refusal(pid, `it did not open its inspector: it handles SIGUSR1 itself, its port (9229, or --inspect-port) is taken (start it with --inspect=0), or it is blocked: then it opens it later, ${after}`)
}

/** Of the ports that were not there before, the first that an inspector answers at. */
async function freshInspector(pid, known) {
  let fresh
  try {
    fresh = listeningPorts(pid).filter((port) => !known.has(keyOf(port)))
  } catch (cause) {
    throw refusal(pid, 'it ended', cause)
  }
  return firstInspector(fresh)
}

/** Closes the inspector that a process has opened after all; resolves to whether there is nothing more to wait for. */
async function closeOpened(pid, known) {
  try {
    const inspector = await freshInspector(pid, known)
    if (inspector === undefined) return false
    const { leave } = await joined(pid, inspector, { begins: true, patienceMs: CLOSES_MS })
    return await leave()
  } catch {
    return false
  }
}

function keyOf({ host, port }) {
  return `${host}:${port}`
}

/** Of these ports, the first that an inspector answers at. */
async function firstInspector(ports) {
  for (const { host, port } of ports) {
    const url = await addressAt(host, port).catch(() => undefined)
    if (url !== undefined) return { host, port, url }
  }
  return undefined
}

/** The address of the process's own session. */
async function addressAt(host, port) {
  const list = JSON.parse(await get(`http://${host}:${port}/json/list`))
  const path = Array.isArray(list) ? list.find(({ webSocketDebuggerUrl }) => webSocketDebuggerUrl)?.webSocketDebuggerUrl : undefined
  if (path === undefined) throw new Error('what answers is no inspector')
  // By the way that we came, whatever the process thinks its name is.
  return `ws://${host}:${port}${new URL(path).pathname}`
}

function get(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, signal: AbortSignal.timeout(ANSWERS_MS) }, async (response) => {
      try {
        let body = ''
        for await (const chunk of response.setEncoding('utf8')) body = (body + chunk).slice(0, 1e6)
        resolve(body)
      } catch (error) {
        reject(error)
      }
    })
    request.on('error', (error) => reject(error.name === 'AbortError' ? new Error('it does not answer') : error))
  })
}

async function pidOf(session) {
  const { result } = await session.ask('Runtime.evaluate', { expression: 'process.pid' })
  return typeof result?.value === 'number' ? result.value : undefined
}

module.exports = { attach, closeOpened }
