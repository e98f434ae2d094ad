'use strict'

// Every metric, once: Prometheus' text, prom-client and OpenTelemetry are made from this table. A reading answers a number,
// rows of `{ labels, value }`, or `undefined` where nothing is known.

const STATES = ['watching', 'suspicious', 'confirmed', 'quiet']

/** `name` in words; `unit` is `bytes`, `seconds`, `bytes_per_second`, or none; of counts `each` says of what; `type` is `gauge` or `counter`. */
const INSTRUMENTS = [
  { name: 'heap live', unit: 'bytes', type: 'gauge', help: 'Used heap right after the last full collection: what lives', read: ({ live }) => live },
  { name: 'heap used', unit: 'bytes', type: 'gauge', help: 'Objects of the heap, living and not yet collected', read: ({ sample }) => sample.heapUsed },
  { name: 'heap total', unit: 'bytes', type: 'gauge', help: "Pages of V8's heap", read: ({ sample }) => sample.heapTotal },
  { name: 'heap limit', unit: 'bytes', type: 'gauge', help: 'What the heap may have before V8 ends the process', read: ({ sample }) => sample.heapLimit },
  { name: 'external', unit: 'bytes', type: 'gauge', help: 'Memory outside of the heap that its objects hold', read: ({ sample }) => sample.external },
  { name: 'array buffers', unit: 'bytes', type: 'gauge', help: "Array buffers, those of Node's buffers too", read: ({ sample }) => sample.arrayBuffers },
  { name: 'rss', unit: 'bytes', type: 'gauge', help: 'Resident memory of the process', read: ({ sample }) => sample.rss },
  { name: 'cgroup used', unit: 'bytes', type: 'gauge', help: 'Memory of the cgroup that the kernel cannot take back', read: ({ sample: { cgroup } }) => cgroup && cgroup.current - cgroup.reclaimable },
  { name: 'cgroup limit', unit: 'bytes', type: 'gauge', help: 'Memory limit of the cgroup', read: ({ sample }) => sample.cgroup?.limit },
  { name: 'open fds', each: '{descriptor}', type: 'gauge', help: 'Open file descriptors', read: ({ sample }) => sample.fds },
  { name: 'listeners', each: '{listener}', type: 'gauge', help: 'Living listeners, where they are tracked', read: ({ tracked }) => tracked?.live('listeners') },
  { name: 'timers', each: '{timer}', type: 'gauge', help: 'Living timers, where they are tracked', read: ({ tracked }) => tracked?.live('timers') },
  { name: 'handles', each: '{handle}', type: 'gauge', help: 'Open handles, where they are tracked', read: ({ tracked }) => tracked?.live('handles') },
  { name: 'event loop delay', labels: ['stat'], unit: 'seconds', type: 'gauge', help: 'How late the loop was with its timers, over the last interval', read: delays },
  { name: 'gc collections', labels: ['kind'], each: '{collection}', type: 'counter', help: 'Garbage collections', read: ({ gc }) => byKind(gc, ({ count }) => count) },
  { name: 'gc pause', labels: ['kind'], unit: 'seconds', type: 'counter', help: 'Time that the thread stood still for garbage collections', read: ({ gc }) => byKind(gc, ({ ms }) => ms / 1e3) },
  { name: 'leak state', labels: ['state'], type: 'gauge', help: "The watchdog's judgement: 1 for the state it is in", read: states },
  { name: 'leak rate', unit: 'bytes_per_second', type: 'gauge', help: 'Growth that is no noise, at equal load; 0 where nothing grows', read: ({ verdict }) => (grows(verdict) ? verdict.bytesPerHour / 3600 : 0) },
  { name: 'leak confidence', type: 'gauge', help: 'How sure it is that something grows lastingly, from 0 to 1', read: ({ verdict }) => verdict?.confidence ?? 0 },
  { name: 'limit reached timestamp', unit: 'seconds', type: 'gauge', help: 'When the nearest limit is reached at this rate, in seconds since 1970', read: ({ verdict }) => verdict?.reachesLimitAt && verdict.reachesLimitAt / 1e3 },
  { name: 'leaks', each: '{leak}', type: 'counter', help: 'Leaks that were told', read: ({ leaks }) => leaks },
]

function delays({ loopDelay }) {
  return loopDelay && ['p50', 'p99', 'max'].map((stat) => ({ labels: { stat }, value: loopDelay[stat] / 1e3 }))
}

function byKind(gc, value) {
  return Object.entries(gc).map(([kind, totals]) => ({ labels: { kind }, value: value(totals) }))
}

function states({ verdict }) {
  const now = verdict?.state ?? 'watching'
  return STATES.map((state) => ({ labels: { state }, value: Number(state === now) }))
}

function grows(verdict) {
  return verdict?.state === 'suspicious' || verdict?.state === 'confirmed'
}

/** The rows of an instrument: `[{ labels, value }]`, none where nothing is known. */
function rowsOf({ read }, now) {
  const value = read(now)
  const rows = Array.isArray(value) ? value : [{ labels: {}, value }]
  return rows.filter((row) => Number.isFinite(row?.value))
}

/** `leakguard_heap_live_bytes`; a counter ends in `_total`, which OpenMetrics leaves out of the family's name. */
function prometheusName({ name, unit, type }, { family = false } = {}) {
  const words = ['leakguard', ...name.split(' '), ...(unit ? [unit] : [])]
  return [...words, ...(type === 'counter' && !family ? ['total'] : [])].join('_')
}

module.exports = { INSTRUMENTS, rowsOf, prometheusName }
