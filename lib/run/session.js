'use strict'

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const { once } = require('node:events')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { LeakguardError } = require('../errors.js')
const { temporaryFolder } = require('../temporary-folder.js')
const { forwardSignals } = require('./signals.js')

const INSIDE = join(__dirname, 'inside.js')
const LOOK_MS = 100
/** An app that was asked to end has so long before it is asked harder. */
const PATIENCE_MS = 10_000
/** Processes that the app leaves behind when it ends. */
const STRAGGLERS_MS = 2000
/** After the load: a look at the heap that is under way may come to its end, within the longer time. */
const AFTER_LOAD_MS = { least: 1000, most: 20_000 }
/** Options that go where `--diagnostic-dir` says: it is the app's then. */
const WRITES = /prof|diagnostic|heapsnapshot|report/

/** What is watched how, unless the environment says otherwise. */
const DEFAULTS = { LEAKGUARD_INTERVAL: '1s', LEAKGUARD_TRACK: '1', LEAKGUARD_ON_HEAP_LIMIT: 'snapshot' }

/**
 * Runs a command with leakguard preloaded into all of its Node.js processes, and resolves when it has ended:
 * `{ folder, code, signal, asked, began, ended, load }`. The folder has what they told; `close()` removes it.
 *
 * `onPort` is a shell's command that is run when the app listens, with PORT and URL; when it ends, the app is asked to end.
 */
async function runSession([command, ...args], { onPort, collect = true, output = 'inherit', log = true, environment = process.env }) {
  const { path: folder, remove: close } = temporaryFolder('run')
  try {
    const env = environmentOf(environment, { folder, onPort, collect, log, words: [command, ...args].join(' ') })
    const began = Date.now()
    const child = spawn(command, args, { env, stdio: ['inherit', output, 'inherit'] })
    const signals = forwardSignals(child)
    const end = once(child, 'exit')
    try {
      const load = onPort === undefined ? undefined : underLoad(onPort, { folder, child, end, environment, output })
      const [code, signal] = await end.catch((cause) => {
        throw new LeakguardError('ERR_LEAKGUARD_IO', `cannot start ${command}: ${cause.message}`, { cause })
      })
      await stragglers(folder)
      return { folder, close, code, signal, asked: [...signals.asked], began, ended: Date.now(), load: await load }
    } finally {
      signals.stop()
    }
  } catch (error) {
    close()
    throw error
  }
}

function environmentOf(given, { folder, onPort, collect, log, words }) {
  const options = [given.NODE_OPTIONS, `--require ${quoted(INSIDE)}`]
  if (!WRITES.test(`${given.NODE_OPTIONS} ${words}`)) options.push(`--diagnostic-dir=${quoted(folder)}`)
  return {
    ...DEFAULTS,
    ...(log ? {} : { LEAKGUARD_LOG: '0' }),
    ...given,
    NODE_OPTIONS: options.filter(Boolean).join(' '),
    LEAKGUARD_RUN: folder,
    LEAKGUARD_RUN_GC: collect ? '1' : '0',
    LEAKGUARD_RUN_PORT: onPort === undefined ? '0' : '1',
  }
}

/** As NODE_OPTIONS reads it. */
function quoted(path) {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** Waits until the app listens, runs the command, ends the app: `{ ran, code, signal, url }`. */
async function underLoad(onPort, { folder, child, end, environment, output }) {
  let ended = false
  end.then(() => (ended = true), () => (ended = true))
  let found
  while (!ended && (found = listening(folder)) === undefined) await sleep(LOOK_MS)
  if (found === undefined) return { ran: false }
  const url = `${found.secure ? 'https' : 'http'}://localhost:${found.port}`
  const env = { ...environment, PORT: String(found.port), URL: url }
  const load = spawn(onPort, { shell: true, env, stdio: ['ignore', output, 'inherit'] })
  const done = once(load, 'exit').catch(() => [127, null])
  const [code, signal] = (await Promise.race([done, end.then(() => undefined, () => undefined)])) ?? []
  if (code === undefined) {
    load.kill()
    await done
    return { ran: true, url, cut: true }
  }
  const over = Date.now()
  while (!ended && Date.now() - over < AFTER_LOAD_MS.most && !isSettled(folder, over + AFTER_LOAD_MS.least)) await sleep(LOOK_MS)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL']) {
    if (ended) break
    child.kill(signal)
    await Promise.race([end, sleep(PATIENCE_MS, undefined, { ref: false })])
  }
  return { ran: true, url, code, signal }
}

/** Whether all processes have told of themselves since then, and none looks at its heap. */
function isSettled(folder, since) {
  if (Date.now() < since) return false
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.notes'))
  const states = names.map((name) => stateIn(folder, name.replace(/\.notes$/, '.state'))).filter(({ pid }) => pid === undefined || isAlive(pid))
  return states.every(({ time, looking }) => time >= since && !looking)
}

/** What a process said of itself last: see notebook.js; nothing where it has not yet. */
function stateIn(folder, name) {
  try {
    return JSON.parse(fs.readFileSync(join(folder, name), 'utf8'))
  } catch {
    return {}
  }
}

function listening(folder) {
  for (const { kind, ...found } of notesIn(folder)) if (kind === 'listening') return found
  return undefined
}

/** All events of all processes; a line that is not whole yet is left out. */
function notesIn(folder) {
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.notes'))
  return files.flatMap((name) => fs.readFileSync(join(folder, name), 'utf8').split('\n').flatMap(parsed))
}

function parsed(line) {
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}

/** Waits a little for processes that the app has left behind: npm ends before what it has started. */
async function stragglers(folder) {
  const pids = new Set(notesIn(folder).map(({ pid }) => pid))
  for (let waited = 0; waited < STRAGGLERS_MS && [...pids].some(isAlive); waited += LOOK_MS) await sleep(LOOK_MS)
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

module.exports = { runSession, notesIn, stateIn }
