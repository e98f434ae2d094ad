'use strict'

const { styleFor } = require('../report/paint.js')
const { section } = require('../report/section.js')
const { table } = require('../report/table.js')
const { bytes, count, cut, cutStart, safe, wrapped } = require('../report/words.js')
const { chart } = require('./chart.js')
const { moment, span } = require('./moment.js')

const RUNS = 10
const EVENTS = 20
const LEAST_WORDS = 20
const WORDS = { stopped: 'stopped', exited: 'exited', cut: 'cut off', running: 'is running' }

/**
 * A recording as a page for a person. `run` is the number of the run to look at, from 1. Texts out of the file are escaped:
 * anybody could have written it.
 */
function postmortemText(recording, { run, stream } = {}) {
  const style = styleFor(stream)
  const index = run === undefined ? recording.subject : run - 1
  const parts = [heading(recording, style), runs(recording, index, style)]
  if (index !== undefined) parts.push(...oneRun(recording.runs[index], index, style))
  parts.push(section('Notes', notes(recording).map((note) => cut(safe(note), style.width - 2)), style))
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

function heading({ path, earlier, runs, writing }, { width, paint }) {
  const records = runs.reduce((sum, run) => sum + run.records, 0)
  const figures = [
    `${count(runs.length)} ${runs.length === 1 ? 'run' : 'runs'}`,
    `${count(records)} records`,
    earlier && `with ${safe(earlier.slice(path.length))} beside it`,
    writing && 'is being written to',
  ].filter(Boolean)
  return `${paint.strong(cutStart(safe(path), width))}\n${wrapped(figures.join(' · '), width).join('\n')}`
}

function runs({ runs }, index, style) {
  if (runs.length < 2) return ''
  const rows = runs.map((run, at) => ({ ...run, number: at + 1 })).slice(-RUNS)
  const columns = [
    { title: 'run', value: ({ number }) => `${number - 1 === index ? '▸ ' : ''}${number}` },
    { title: 'started', value: (run) => moment(run.start), text: true },
    { title: 'lasted', value: (run) => span(run.ending.time - run.start), spare: true },
    { title: 'records', value: (run) => count(run.records), spare: true },
    { title: 'events', value: (run) => count(run.events.length), spare: true },
    { title: 'ended', value: (run) => WORDS[run.ending.how] ?? '', text: true, spare: true },
    { title: 'process', value: (run) => safe(run.process.pid ?? ''), text: true, spare: true },
  ]
  const more = runs.length - rows.length
  const lines = table(columns, rows, { width: style.width - 2, paint: style.paint })
  return section('Runs', [...lines, ...(more > 0 ? [style.paint.dim(`and ${count(more)} before them`)] : [])], style)
}

function oneRun(run, index, style) {
  const { width, paint } = style
  const { pid, thread, node, script, host, meta } = run.process
  const known = [
    pid !== undefined && `process ${pid}`,
    thread !== undefined && `worker ${thread}`,
    node && `Node ${node}`,
    host && `on ${host}`,
    meta !== undefined && JSON.stringify(meta),
  ].filter(Boolean)
  const title = [
    paint.strong(`Run ${index + 1}${script ? `: ${cutStart(safe(script), width - 20)}` : ''}`),
    ...(known.length > 0 ? [cut(safe(known.join(' · ')), width)] : []),
    ...wrapped(`started ${moment(run.start)}, recorded ${span(run.ending.time - run.start)}${run.whole ? '' : '; its first records are overwritten'}`, width),
    ...wrapped(safe(run.ending.text), width),
  ].join('\n')
  return [title, chart(run.samples, { width }).join('\n'), events(run, style), ...lastRecord(run, style)]
}

function events({ events }, style) {
  const shown = events.slice(-EVENTS)
  const lines = shown.flatMap(({ kind, time, text, figures }) => {
    const words = text || (kind === 'start' ? '' : JSON.stringify(figures ?? {}).slice(1, -1))
    return eventLines(time, safe(kind).padEnd(9), safe(words), style.width - 2)
  })
  const more = events.length - shown.length
  return section('Events', [...(more > 0 ? [style.paint.dim(`${count(more)} before these`)] : []), ...lines], style)
}

/** On one line, and the words below it where that has no room for them. */
function eventLines(time, kind, words, width) {
  const head = `${moment(time)}  ${kind}  `
  if (words === '' || width - head.length >= LEAST_WORDS) return [cut(`${head}${words}`.trimEnd(), width)]
  return [head.trimEnd(), cut(`  ${words}`, width)]
}

/** The last record of the run, and where that is an event, the last sample before it. */
function lastRecord({ last, samples }, style) {
  const event = last?.event
  const line = event && eventLines(event.time, safe(event.kind), safe(event.text), style.width - 2)
  const sample = samples.at(-1)
  return [
    section('The last record', line ?? lastSample(sample), style),
    event ? section('The last sample before it', lastSample(sample), style) : '',
  ]
}

function lastSample(sample) {
  if (!sample) return []
  const { time, heapUsed, heapTotal, heapLimit, external, arrayBuffers, rss, cgroup, fds, loopDelay, gc } = sample
  const ms = (value) => `${Number(value.toFixed(1))} ms`
  const rows = [
    ['heap used', heapUsed, bytes],
    ['heap reserved', heapTotal, bytes],
    ["V8's limit", heapLimit, bytes],
    ['external', external, bytes],
    ['array buffers', arrayBuffers, bytes],
    ['RSS', rss, bytes],
    ['cgroup', cgroup?.current, bytes],
    ['cgroup limit', cgroup?.limit, bytes],
    ['open descriptors', fds, count],
    ['loop delay, most', loopDelay?.max, ms],
    ['collections', gc?.count, count],
    ['time in them', gc?.time, ms],
  ].filter(([, value]) => value !== undefined)
  return [moment(time), ...rows.map(([name, value, write]) => `${name.padEnd(17)} ${write(value)}`)]
}

function notes({ notes, damaged }) {
  if (damaged === 0) return notes
  return [...notes, `${count(damaged)} damaged ${damaged === 1 ? 'record was' : 'records were'} skipped`]
}

module.exports = { postmortemText }
