'use strict'

const { writeFileSync } = require('node:fs')
const { performance } = require('node:perf_hooks')
const { LeakguardError, cancelled } = require('../errors.js')
const { native } = require('../native.js')
const { choice, integer, validate } = require('../options.js')
const { take, CAPTURE_RULES } = require('./take.js')

const RULES = { ...CAPTURE_RULES, kind: choice(['light']), top: integer(1, 100_000, 50) }

/** Made before a count, so that it can be seen that V8's answer is right. */
class LeakguardCensusProbe {}
const PROBES = 7

/**
 * Counts this thread's objects by constructor, in one walk of the heap by V8: no snapshot, no paths, no sizes. For heaps of
 * which the machine cannot afford a snapshot.
 */
async function lightCensus(given) {
  return countObjects(validate(given, RULES))
}

/** The same with options that are valid already; with `keepsAlive: false` among them it keeps no process alive. */
async function countObjects({ top, ...options }) {
  const unsupported = native().countingUnsupported()
  if (unsupported) throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', `objects cannot be counted here: ${unsupported}`)
  const job = { into: 'count', twin: () => new CountTarget(), inline: () => countedInline(options) }
  const { result, capture } = await take(job, options)
  const classes = result.map(([name, count]) => ({ name, count }))
  const totalCount = classes.reduce((sum, { count }) => sum + count, 0)
  const { node, v8 } = process.versions
  return { kind: 'light', node: `v${node}`, v8, totalCount, classCount: classes.length, classes: classes.slice(0, top), capture }
}

/** The count as a twin's answer. */
class CountTarget {
  untouched = true
  sink = { kind: 'answer' }

  /** Called in the twin. */
  ask(path) {
    writeFileSync(path, JSON.stringify(counted()))
  }

  attached() {}

  done({ report }) {
    return JSON.parse(report)
  }

  failed(error) {
    return error
  }
}

async function countedInline({ signal }) {
  const start = performance.now()
  const result = counted()
  const pauseMs = performance.now() - start
  if (signal?.aborted) throw cancelled('capture', signal)
  return { result, pauseMs }
}

/** What names that did not fit are counted as. */
const OTHERS = '(others)'

/** `[[name, count], …]` of this thread, now. */
function counted() {
  const probes = Array.from({ length: PROBES }, () => new LeakguardCensusProbe())
  const counts = new Map(JSON.parse(native().countObjects()))
  // Of more names than fit, theirs may be the one too many.
  const name = counts.has(LeakguardCensusProbe.name) || !counts.has(OTHERS) ? LeakguardCensusProbe.name : OTHERS
  const seen = counts.get(name) ?? 0
  if (name === OTHERS ? seen < probes.length : seen !== probes.length) {
    throw new Error(`V8 counted ${seen} of ${probes.length} objects that were made for it: this V8 is not known`)
  }
  counts.set(name, seen - probes.length)
  return [...counts].filter(([, count]) => count > 0)
}

module.exports = { lightCensus, countObjects }
