'use strict'

const { basename } = require('node:path')
const { threadId } = require('node:worker_threads')
const { version } = require('../../../package.json')
const { estimate } = require('../../capture/estimate.js')
const { metricsText } = require('../../metrics/text.js')
const { sample } = require('../../sampling/sample.js')
const { send, sendJson } = require('../answer.js')
const query = require('../query.js')

// What is known without looking at the heap.

const STATS = {
  method: 'GET',
  path: '/stats',
  summary: 'The figures of this moment: process, sample, verdict, what a capture would cost, what can be done here',
  answers: 'object',
  run: (endpoint, { req, res }) => sendJson(req, res, stats(endpoint)),
}

const SERIES = {
  method: 'GET',
  path: '/series',
  summary: 'The readings that are judged, oldest first: after full collections (markCompact) and from the slow timer',
  query: { since: query.moment('Only readings after this one: ms since 1970, the `time` of a reading') },
  answers: 'object',
  run({ watchdog }, { req, res, values: { since = 0 } }) {
    const { verdict } = watchdog
    sendJson(req, res, { now: Date.now(), verdict, readings: watchdog.samples().filter(({ time }) => time > since) })
  },
}

const EVENTS = {
  method: 'GET',
  path: '/events',
  summary: 'Server-sent events: sample, stats, suspicion, leak, pressure, recovered, progress',
  answers: 'text/event-stream',
  run: (endpoint, { req, res }) => endpoint.events.open(req, res),
}

const LEAKS = {
  method: 'GET',
  path: '/leaks',
  summary: 'The leaks that were told, newest first, and the judgement of now',
  answers: 'object',
  run: ({ leaks, watchdog }, { req, res }) => sendJson(req, res, { verdict: watchdog.verdict, leaks: [...leaks].reverse() }),
}

const TRACKED = ['listeners', 'timers', 'handles'].map((name) => ({
  method: 'GET',
  path: `/${name}`,
  summary: `Living ${name} by the place that made them, or how to have them counted`,
  answers: 'object',
  run: ({ tracked }, { req, res }) => sendJson(req, res, tracked.report(name)),
}))

const METRICS = {
  method: 'GET',
  path: '/metrics',
  summary: "Metrics as Prometheus' text, or as OpenMetrics where that is accepted",
  answers: 'text/plain',
  run({ readings }, { req, res }) {
    const { type, text } = metricsText(readings.now(), req.headers.accept)
    send(req, res, 200, { 'Content-Type': type, Vary: 'Accept' }, text)
  },
}

function stats({ watchdog, desk, folder, leaks, settings, events }) {
  const { mode, maxPause, maxMemory, redact } = settings
  return {
    process: {
      pid: process.pid,
      thread: threadId,
      script: basename(process.argv[1] ?? ''),
      node: process.version,
      v8: process.versions.v8,
      uptimeMs: Math.round(process.uptime() * 1000),
    },
    leakguard: version,
    sample: sample({ fields: ['process', 'cgroup', 'machine', 'fds', 'resources'] }),
    verdict: watchdog.verdict,
    leaks: leaks.length,
    busy: desk.busy,
    clients: events.clients,
    estimate: estimate({ into: 'stream', mode, maxPause, maxMemory }),
    folder: folder.given,
    redact,
  }
}

module.exports = { LIVE: [STATS, SERIES, EVENTS, LEAKS, ...TRACKED, METRICS] }
