'use strict'

const fs = require('node:fs')
const { LeakguardError } = require('../errors.js')
const { flat } = require('./flat.js')

/**
 * V8's sampling heap profiler, of which each thread has one: on while somebody of ours uses it.
 *
 * It is reached through an inspector session, which opens no port. Not through `v8.startHeapProfile` (Node 26.1), which can be
 * read once only, at its end, and tells no ages. A session of somebody else that samples already is left alone: V8 would let ours
 * in without a word, and whichever ended first would end both.
 */
let session
let users = 0
let started

/** Begins, or joins: `{ interval, at, release() }`. The interval is that of the first user. */
function joinSampling({ interval, depth }) {
  if (users === 0) begin({ interval, depth })
  users++
  let held = true
  const release = () => {
    if (!held) return
    held = false
    if (--users === 0) end()
  }
  return { interval: started.interval, at: started.at, release }
}

function begin({ interval, depth }) {
  let inspector
  try {
    inspector = require('node:inspector')
  } catch (cause) {
    throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', 'allocations cannot be sampled: this Node has no inspector', { cause })
  }
  session = new inspector.Session()
  session.connect()
  try {
    if (isSampling()) throw taken('is in use by somebody else in this thread: end that first, sharing it would end both')
    ask('HeapProfiler.startSampling', { samplingInterval: interval, stackDepth: depth })
  } catch (error) {
    end()
    throw error
  }
  started = { interval, depth, at: Date.now() }
}

/** Without a profiler V8 says so at once; with one it collects the heap first, which only the conflict costs. */
function isSampling() {
  try {
    ask('HeapProfiler.getSamplingProfile')
    return true
  } catch {
    return false
  }
}

/** What is alive of what was sampled. V8 collects the heap before it answers: the place for this is a twin. */
function profile() {
  return flat(ask('HeapProfiler.getSamplingProfile').profile)
}

/** Writes the profile to a path. */
function writeProfile(path) {
  fs.writeFileSync(path, JSON.stringify(profile()))
}

/** Somebody else ended it: it begins anew, and the caller's look is lost. */
function beginAgain() {
  end()
  begin(started)
  return taken('was ended by somebody else in this thread; it began anew, look again later', { restarted: true })
}

/** `HeapProfiler.stopSampling` would collect the heap; the end of the session ends the sampling too. */
function end() {
  session?.disconnect()
  session = undefined
}

function ask(method, parameters) {
  let failure
  let answer
  session.post(method, parameters, (error, result) => ([failure, answer] = [error, result]))
  if (failure) throw failure
  return answer
}

function taken(what, details) {
  return new LeakguardError('ERR_LEAKGUARD_BUSY', `V8's sampling heap profiler ${what}`, details)
}

module.exports = { joinSampling, beginAgain, profile, writeProfile }
