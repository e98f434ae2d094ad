'use strict'

const fs = require('node:fs')
const { join, basename } = require('node:path')
const { analyze } = require('../analyze.js')
const { postmortem } = require('../postmortem/postmortem.js')
const { notesIn, stateIn } = require('./session.js')

/** Written by a twin near the limit, or by V8 at it. */
const AT_LIMIT = /^(?:leakguard-limit-(?<twin>\d+)-|Heap\.\d+\.\d+\.(?<own>\d+)\.).*\.heapsnapshot$/
/** Programs that start others: they are not what is looked at, unless there is nothing else. */
const STARTERS = /(?:^|[\\/])(?:npm|npx|yarn|pnpm|pnpx|corepack|nodemon)(?:-cli)?(?:\.c?js)?$/
/** How late the loop was at the first reading is the app's start. */
const START_READINGS = 1

/**
 * What the processes of a session have told, the one that matters most first: those that leak, then the largest. Each is
 * `{ pid, thread, script, node, room, began, ended, exit, crash, leaks, verdict, suspects, readings, samples, ending, resources, gc, loop, atLimit }`.
 */
async function gather(folder, { onProgress } = {}) {
  const all = []
  for (const events of byProcess(notesIn(folder))) {
    const start = events.find(({ kind }) => kind === 'start')
    if (start !== undefined) all.push(await processOf(folder, start, events, onProgress))
  }
  return all.sort((a, b) => weight(b) - weight(a))
}

function keyOf({ pid, thread }) {
  return `${pid}.${thread}`
}

/** Node 20 has no Map.groupBy. */
function byProcess(notes) {
  const groups = new Map()
  for (const note of notes) {
    const group = groups.get(keyOf(note))
    if (group === undefined) groups.set(keyOf(note), [note])
    else group.push(note)
  }
  return groups.values()
}

async function processOf(folder, start, events, onProgress) {
  const { pid, thread, script, node, room, time: began } = start
  const state = stateIn(folder, `${keyOf(start)}.state`)
  const run = thread === 0 ? await recordingOf(join(folder, `${pid}.rec`)) : undefined
  const samples = run?.samples ?? []
  const ended = Math.max(began, run?.ending.time ?? 0, state.time ?? 0, events.at(-1).time)
  const atLimit = thread === 0 && events.every(({ kind }) => kind !== 'leak') ? await snapshotOf(folder, pid, onProgress) : undefined
  return {
    pid,
    thread,
    script,
    node,
    room,
    began,
    ended,
    exit: events.find(({ kind }) => kind === 'exit')?.code,
    crash: events.find(({ kind }) => kind === 'crash')?.error,
    leaks: leaksOf(events),
    verdict: state.verdict,
    suspects: state.suspects ?? [],
    readings: state.readings ?? [],
    resources: state.resources ?? {},
    samples,
    ending: run?.ending,
    gc: collections(samples, state.collectedMs ?? 0, ended - began),
    loop: lateness(samples),
    atLimit,
  }
}

async function recordingOf(path) {
  try {
    return (await postmortem(path)).runs.at(-1)
  } catch {
    return undefined
  }
}

/** Each leak as it was told last, by fingerprint; `recovered` are those of before all growth ended. */
function leaksOf(events) {
  const leaks = new Map()
  for (const { kind, leak } of events) {
    if (kind === 'recovered') for (const [key, told] of leaks) leaks.set(key, { ...told, recovered: true })
    if (kind !== 'leak') continue
    // What was seen before stays true where the heap was not looked at again.
    const before = leaks.get(leak.fingerprint)
    leaks.set(leak.fingerprint, leak.suspects.length === 0 && before?.suspects.length > 0 ? { ...leak, suspects: before.suspects } : leak)
  }
  const all = [...leaks.values()]
  // One kind's plain news adds nothing to what names it.
  return all.filter((leak) => leak.suspects.length > 0 || leak.evidence === 'sites' || !all.some((other) => other.kind === leak.kind && other.suspects.length > 0))
}

/** What collections took of the time, without those that leakguard asked for. */
function collections(samples, ownMs, lastedMs) {
  const count = samples.reduce((sum, { gc }) => sum + (gc?.count ?? 0), 0)
  const ms = Math.max(0, samples.reduce((sum, { gc }) => sum + (gc?.time ?? 0), 0) - ownMs)
  return { count, ms, share: lastedMs > 0 ? ms / lastedMs : 0 }
}

/** `{ max, time }`: how late the loop was at most, and when. */
function lateness(samples) {
  const later = samples.slice(START_READINGS).filter(({ loopDelay }) => loopDelay?.max > 0)
  const worst = later.reduce((most, sample) => (sample.loopDelay.max > (most?.loopDelay.max ?? 0) ? sample : most), undefined)
  return worst && { max: worst.loopDelay.max, time: worst.time }
}

/** What the snapshot that was taken near the heap's limit says: `{ file, suspects }`. */
async function snapshotOf(folder, pid, onProgress) {
  const names = fs.readdirSync(folder).filter((name) => {
    const { twin, own } = AT_LIMIT.exec(name)?.groups ?? {}
    return Number(twin ?? own) === pid
  })
  for (const name of names.sort().reverse()) {
    try {
      const { suspects, totalSize } = await analyze(join(folder, name), { top: 5, onProgress })
      return { file: basename(name), suspects, totalSize }
    } catch {
      // Cut off when the process ended.
    }
  }
  return undefined
}

function weight({ leaks, atLimit, thread, script, readings, samples }) {
  const most = Math.max(0, ...readings.map(({ heapUsed }) => heapUsed ?? 0), ...samples.map(({ heapUsed }) => heapUsed ?? 0))
  const isStarter = STARTERS.test(script)
  return (leaks.length > 0 || atLimit ? 1e16 : 0) + (isStarter ? 0 : 1e14) + (thread === 0 ? 1e12 : 0) + most
}

module.exports = { gather }
