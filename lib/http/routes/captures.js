'use strict'

const { basename } = require('node:path')
const { performance } = require('node:perf_hooks')
const { census } = require('../../capture/census.js')
const { writeSnapshot } = require('../../capture/snapshot.js')
const { gc } = require('../../gc/collect.js')
const { findGrowth } = require('../../growth/find.js')
const { sample } = require('../../sampling/sample.js')
const { sendJson } = require('../answer.js')
const { Download, savedAs } = require('../download.js')
const query = require('../query.js')

// What costs: all of it through the desk.

/** Where redaction is a rule and no wish, names of properties that look like data go too. */
const FORCED = { strict: true }
const ENDS = { gzip: '.gz', zstd: '.zst' }

/** How a snapshot is wanted. */
const MADE = {
  compress: query.word(['gzip', 'zstd'], 'Compresses on the way; leakguard analyze reads it as it is'),
  redact: query.flag('Values of strings become placeholders, so that no secret leaves the process'),
}

const SNAPSHOT = {
  method: 'POST',
  path: '/snapshot',
  summary: "A heap snapshot: sent at the reader's pace, or written into the server's folder",
  changes: true,
  query: { ...MADE, to: query.word(['client', 'folder'], 'Sends it, or keeps it in the folder and answers its name', 'client') },
  answers: 'application/octet-stream',
  run: (endpoint, { res, values, req }) => (values.to === 'folder' ? keep(endpoint, values, req, res) : sendSnapshot(endpoint, values, { res })),
}

function keep(endpoint, values, req, res) {
  return endpoint.desk.serve('snapshot', res, async (signal) => {
    const { path, ...capture } = await writeSnapshot(await endpoint.folder.next(endOf(values)), captureOf(endpoint, values, signal))
    await endpoint.folder.thin()
    sendJson(req, res, { name: basename(path), ...capture }, 201)
  })
}

/** Captures the heap into an answer. */
function sendSnapshot(endpoint, values, { res, took }) {
  return endpoint.desk.serve('snapshot', res, (signal) => {
    const download = new Download(res, savedAs(nameOf(values)), { stall: endpoint.settings.stall, took })
    return writeSnapshot(download, captureOf(endpoint, values, signal))
  })
}

function captureOf(endpoint, { compress, redact }, signal) {
  const { mode, maxPause, maxMemory, priority } = endpoint.settings
  return { mode, maxPause, maxMemory, priority, signal, compress, redact: isForced(endpoint) ? FORCED : redact }
}

function nameOf(values) {
  return `leakguard-${new Date().toISOString().replaceAll(':', '-')}-${process.pid}.heapsnapshot${endOf(values)}`
}

function endOf({ compress }) {
  return ENDS[compress] ?? ''
}

const CENSUS = {
  method: 'POST',
  path: '/census',
  summary: 'Captures the heap beside the app and answers what is in it: a report, its paths, or its objects by constructor; with progress as events, but for the last',
  changes: true,
  query: {
    top: query.whole(1, 1000, 'Rows of each table at most', 50),
    kind: query.word(['full', 'folded', 'light'], 'A report; the heap by path, in less memory; or objects by constructor', 'full'),
  },
  answers: 'object',
  run: (endpoint, { req, res, values: { top, kind } }) =>
    endpoint.desk.serve('census', res, async (signal) => {
      const { mode, maxPause, maxMemory, priority } = endpoint.settings
      const told = kind !== 'light' && { onProgress: progressOf(endpoint, 'census') }
      const report = await census({ kind, mode, maxPause, maxMemory, priority, signal, top, ...told })
      sendJson(req, res, kind === 'full' && isForced(endpoint) ? withoutTexts(report) : report)
    }),
}

const GROWTH = {
  method: 'POST',
  path: '/growth',
  summary: 'What grows now: several looks at the heap, and what grew between all of them, with progress as events',
  changes: true,
  query: {
    rounds: query.whole(2, 20, 'Looks at the heap', 3),
    interval: query.time(100, 600_000, 'From one look to the next', '10s'),
  },
  answers: 'object',
  run: (endpoint, { req, res, values: { rounds, interval } }) =>
    endpoint.desk.serve('growth', res, async (signal) => {
      const { mode, maxPause, maxMemory, priority } = endpoint.settings
      const onProgress = progressOf(endpoint, 'growth')
      sendJson(req, res, await findGrowth({ rounds, interval, mode, maxPause, maxMemory, priority, signal, onProgress }))
    }),
}

const GC = {
  method: 'POST',
  path: '/gc',
  summary: 'Collects all garbage: the app stands still meanwhile',
  changes: true,
  answers: 'object',
  run: (endpoint, { req, res }) =>
    endpoint.desk.serve('gc', res, async () => {
      const before = sample()
      const start = performance.now()
      gc()
      sendJson(req, res, { pauseMs: performance.now() - start, before, after: sample() })
    }),
}

function progressOf({ events }, kind) {
  return (progress) => events.tell('progress', { kind, ...progress })
}

/** Whether everything that leaves is to be redacted. */
function isForced({ settings }) {
  return settings.redact === 'always'
}

/** An event's name that a programmer wrote. */
const NAME = /^(symbol\()?[A-Za-z_$][\w$.:-]{0,63}\)?$/

/** Names and places are code; the texts that a heap holds are data, and so are events that are named by them. */
function withoutTexts(report) {
  const hidden = (text) => `(${text.length} characters)`
  const strings = report.strings.map((row) => ({ ...row, value: hidden(row.value) }))
  const listeners = report.listeners.map((row) => (NAME.test(row.event) ? row : { ...row, event: hidden(row.event) }))
  return { ...report, strings, listeners }
}

module.exports = { CAPTURES: [SNAPSHOT, CENSUS, GROWTH, GC], MADE, sendSnapshot, nameOf, isForced, FORCED }
