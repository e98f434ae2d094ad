'use strict'

const v8 = require('node:v8')
const { performance } = require('node:perf_hooks')
const { requireHeadroom } = require('../capture/headroom.js')
const { modeFor } = require('../capture/mode.js')
const { inTurn } = require('../capture/turn.js')
const { captureByTwin } = require('../capture/twin.js')
const { cancelled } = require('../errors.js')
const { native } = require('../native.js')
const { beginAgain, profile, writeProfile } = require('./sampling.js')

/**
 * Asks V8's profiler what is alive, when it is this thread's turn: `{ report, mode, pauseMs }`. In a twin the app does not
 * wait for the collection that V8 makes first; inline it does.
 */
function look(settings, options) {
  return inTurn(options, async () => {
    if (options.signal?.aborted) throw cancelled('look', options.signal)
    const { mode } = modeFor(options.mode)
    try {
      return mode === 'twin' ? await byTwin(settings, options) : inline(settings)
    } catch (error) {
      // Its message is what V8 said, here or in the twin.
      throw /profiler was not started/.test(error.message) ? beginAgain() : error
    }
  })
}

async function byTwin(settings, options) {
  // The collection marks each object, and so copies its page.
  const { used_heap_size: memory } = v8.getHeapStatistics()
  if (!options.force) requireHeadroom({ memory, disk: 0 }, 'twin')
  const { result, pauseMs, twinPeakBytes } = await captureByTwin(target(settings), options)
  return { report: result, mode: 'twin', pauseMs, twinPeakBytes }
}

function target(options) {
  return {
    sink: { kind: 'sites', options },
    untouched: true,
    ask: writeProfile,
    attached() {},
    done: ({ report }) => JSON.parse(report),
    failed: (error) => error,
  }
}

function inline(settings) {
  const start = performance.now()
  const report = JSON.parse(native().allocationSites(JSON.stringify(profile()), JSON.stringify(settings)))
  return { report, mode: 'inline', pauseMs: performance.now() - start }
}

module.exports = { look }
