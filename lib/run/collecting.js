'use strict'

const { performance } = require('node:perf_hooks')
const { gc } = require('../gc/collect.js')

/** Of the time, at most. */
const SHARE = 0.15
const LEAST_MS = 150

/**
 * Collects all garbage now and then. V8 collects a young process's whole heap once in minutes, and only what a full collection leaves
 * can be judged: with these, a minute is enough. The notebook is told how long they took, so that the app is not blamed for them.
 */
function collectNowAndThen(notebook) {
  const collect = () => {
    const began = performance.now()
    try {
      gc()
    } catch {
      return // not to be had here
    }
    const took = performance.now() - began
    notebook.collectedMs += took
    setTimeout(collect, Math.max(LEAST_MS, took / SHARE)).unref()
  }
  setTimeout(collect, LEAST_MS).unref()
}

module.exports = { collectNowAndThen }
