'use strict'

const { bytes, count, percent } = require('../report/words.js')
const { shortPlace } = require('../short-place.js')
const { span } = require('../postmortem/moment.js')

/** Of the time in collections: more, and the app works for its heap. */
const GC_SHARE = 0.15
/** Later than this, and users wait. */
const LATE_MS = 1000
/** With fewer full collections there is little to judge by. */
const LEAST_COLLECTIONS = 8

/** An aborted process whose heap was so full at its last reading had no room for what came next. */
const FULL = 0.75
const ABORTED = {
  kind: 'crash',
  leak: false,
  headline: 'Aborted',
  text: 'The process ended by SIGABRT: V8 does that where memory cannot be had at once, and on a failed check. Its last words are on stderr.',
}

/**
 * What is to be said of a process, the worst first: `[{ kind, leak, headline, text }]`. `kind` is `leak`, `native-growth`,
 * `out-of-memory`, `crash`, `suspicion`, `gc-pressure`, `blocked-loop`, `no-leak`, or `too-short`. Pure.
 */
function findings(watched, { code, signal }) {
  // What has a name first: a heap that grows makes the process's other memory grow, too.
  const leaks = watched.leaks.filter((leak) => !isOver(leak, watched.readings)).sort((a, b) => isNamed(b) - isNamed(a)).map(ofLeak)
  const limit = ofLimit(watched, { code, signal })
  const isSuspect = leaks.length === 0 && limit?.kind !== 'out-of-memory'
  const found = [...leaks, limit, ofCrash(watched), isSuspect && ofSuspicion(watched), ofCollections(watched), ofLoop(watched)].filter(Boolean)
  return found.some(({ kind }) => kind !== 'crash') ? found : [...found, bill(watched)]
}

/**
 * Whether a leak that was told has ended as far as this run is concerned: the heap has given back half of what it had grown by. That it
 * grows no longer is what every leak does when the load ends.
 */
function isOver({ recovered, kind, time, growthBytes }, readings) {
  if (!recovered || kind !== 'heap') return recovered === true
  const live = readings.filter(({ markCompact }) => markCompact)
  const then = live.findLast((reading) => reading.time <= time) ?? live[0]
  return then !== undefined && live.at(-1).heapUsed < then.heapUsed - growthBytes / 2
}

function isNamed({ suspects }) {
  return Number(suspects.length > 0)
}

function ofLeak(leak) {
  const { kind, suspects, sites = [], growthBytes, growthCount, resource, bytesPerHour, text } = leak
  const [first] = suspects
  const rate = kind === 'resources' ? `${count(Math.round(growthCount ?? 0))} more ${resource}` : `+${bytes(growthBytes)}, ${bytes(bytesPerHour / 60)} a minute`
  if (kind === 'native' && !first) {
    const text = `Native memory grows (${rate}), and the JavaScript heap does not: look at addons, buffers that are not released, threads, and the allocator. ${reasonOf(leak)}`
    return { kind: 'native-growth', leak: true, headline: `Native memory grows: ${rate}`, text: text.trim(), about: leak }
  }
  const place = first?.location ?? sites[0]
  const where = place?.file ? ` (${shortPlace(place)})` : ''
  const what = first?.name ?? (kind === 'resources' ? resource : kind === 'external' ? 'memory of buffers' : 'the heap')
  return { kind: 'leak', leak: true, headline: `Leak: ${what}${where}, ${rate}`, text, about: leak }
}

/** V8 ended it at its limit, or the kernel at the cgroup's; or it was aborted, nobody knows why. */
function ofLimit({ ending, room, samples, atLimit, suspects, pid }, { code, signal }) {
  const aborted = signal === 'SIGABRT' || code === 134
  const last = samples.at(-1)
  const isFull = ending?.how === 'cut' && (ending.nearest?.likely === true || (aborted && (atLimit !== undefined || last?.heapUsed > FULL * room)))
  if (!isFull) return aborted ? ABORTED : undefined
  const held = atLimit?.suspects[0]
  const [grown] = suspects
  const near = last ? ` ${bytes(last.heapUsed)} of ${bytes(last.heapLimit)} were used at the last reading.` : ''
  const holder = held ? ` A snapshot near the limit: ${sentence(held.text)} ${held.advice}` : grown ? ` What grew between looks at the heap: ${sentence(grown.text)} ${grown.advice}` : ''
  return {
    kind: 'out-of-memory',
    leak: true,
    headline: `Out of memory${held ? `: ${held.name} holds ${percent(held.share)} of the heap` : grown ? `: ${grown.name} grows` : ''}`,
    text: `Process ${pid} was ended at the limit of ${ending.nearest?.limit === 'cgroup' ? 'the cgroup' : "V8's heap"}.${near}${holder}`,
    about: { suspects: atLimit?.suspects ?? suspects },
  }
}

function ofCrash({ crash }) {
  return crash && { kind: 'crash', leak: false, headline: `Crash: ${crash.split('\n')[0]}`, text: crash }
}

function ofSuspicion({ verdict, suspects }) {
  if (verdict?.state !== 'suspicious' && verdict?.state !== 'confirmed') return undefined
  const rate = verdict.bytesPerHour > 0 ? `: ${bytes(verdict.bytesPerHour / 60)} a minute` : ''
  const [first] = suspects
  const seen = first ? ` What grew between looks at the heap: ${sentence(first.text)}` : ''
  const text = `${reasonOf(verdict)}${seen} Run it for longer, under the same load, to know.`
  return { kind: 'suspicion', leak: false, headline: `Memory grows, and it is not sure yet that it leaks${rate}`, text, about: { suspects } }
}

function ofCollections({ gc, began, ended }) {
  if (gc.share < GC_SHARE) return undefined
  return {
    kind: 'gc-pressure',
    leak: false,
    headline: `Garbage collection takes ${percent(gc.share)} of the time`,
    text: `${count(gc.count)} collections took ${span(gc.ms)} of ${span(ended - began)}: the app makes more garbage than its heap has room for. Allocate less in what runs often, or give it more room (--max-old-space-size, --max-semi-space-size).`,
  }
}

function ofLoop({ loop, began, atLimit }) {
  // V8's own snapshot stops the app for long.
  if (!(loop?.max >= LATE_MS) || atLimit !== undefined) return undefined
  return {
    kind: 'blocked-loop',
    leak: false,
    headline: `The event loop was blocked for ${span(loop.max)}`,
    text: `It was late by ${span(loop.max)}, ${span(loop.time - began)} after the start: something ran that long without a pause, and everybody waited. node --cpu-prof says what.`,
  }
}

function bill({ verdict, readings, began, ended }) {
  const collections = readings.filter(({ markCompact }) => markCompact).length
  const seen = `${count(collections)} full ${collections === 1 ? 'collection' : 'collections'} in ${span(ended - began)}`
  if (collections < LEAST_COLLECTIONS || verdict?.state === 'watching') {
    return { kind: 'too-short', leak: false, headline: 'Too short to tell', text: `No leak was seen, but ${seen} are too little to judge by: run it for longer, under load.` }
  }
  return { kind: 'no-leak', leak: false, headline: 'No leak', text: `Nothing grows that should not, by ${seen}.${verdict ? ` ${reasonOf(verdict)}` : ''}` }
}

function sentence(text) {
  return text === '' ? '' : text.replace(/\.?$/, '.')
}

/** A verdict's reason begins in the middle of a sentence. */
function reasonOf({ reason = '' }) {
  return sentence(reason && reason[0].toUpperCase() + reason.slice(1))
}

module.exports = { findings }
