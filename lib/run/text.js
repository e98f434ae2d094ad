'use strict'

const { chart } = require('../postmortem/chart.js')
const { span } = require('../postmortem/moment.js')
const { styleFor } = require('../report/paint.js')
const { section } = require('../report/section.js')
const { suspectText } = require('../report/suspect.js')
const { table } = require('../report/table.js')
const { bytes, count, cut, cutStart, percent, safe, wrapped } = require('../report/words.js')

const SUSPECTS = 3
const PLACES = 5
/** Fewer are what healthy programs have; those that Node itself adds come and go with requests. */
const LEAST_PLACES = 2

/** A run as a page for a person. `stream` is where it goes. */
function runText(run, { stream } = {}) {
  const style = styleFor(stream)
  const { subject, others, findings } = run
  const parts = [heading(run, style), verdict(findings, style)]
  if (subject !== undefined) {
    parts.push(
      suspects(findings, style),
      section('Memory', chart(subject.samples, { width: style.width - 2 }), style),
      section('The process', figures(subject).flatMap(([name, words]) => wrapped(`${name.padEnd(12)} ${words}`, style.width - 2)), style),
      ...places(subject.resources, style),
      section('Allocated in', allocations(findings, style), style),
      section('Other processes and workers', others.map((one) => cut(otherWords(one), style.width - 2)), style),
    )
  }
  if (run.html !== undefined) parts.push(`Page: ${cutStart(run.html, style.width - 6)}`)
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

function heading({ command, ending, subject, lastedMs }, { width, paint }) {
  const facts = [ending, `after ${span(lastedMs)}`, subject && `process ${subject.pid}`, subject && `Node ${safe(subject.node)}`].filter(Boolean)
  return [paint.strong(cut(`leakguard run: ${safe(command.join(' '))}`, width)), ...wrapped(facts.join(' · '), width)].join('\n')
}

function verdict(findings, { width, paint }) {
  return findings
    .map(({ headline, text }, index) => {
      const title = wrapped(safe(headline), width).map(index === 0 ? paint.strong : (line) => line)
      return [...title, ...text.split('\n').flatMap((line) => wrapped(safe(line), width - 2)).map((line) => `  ${line}`)].join('\n')
    })
    .join('\n\n')
}

function suspects(findings, style) {
  const all = findings.flatMap(({ about }) => about?.suspects ?? []).slice(0, SUSPECTS)
  return all.map((suspect, index) => suspectText(suspect, index + 1, figuresOf(suspect), style)).join('\n\n')
}

function figuresOf({ count: objects, countDelta, values, retainedSize, retainedDelta }) {
  const more = (value, words) => (value > 0 ? ` (+${words(value)})` : '')
  const many = values ? `${count(values.at(-1))} values${more(values.at(-1) - values[0], count)}` : `${count(objects)} objects${more(countDelta, count)}`
  return `${many}, ${bytes(retainedSize)} held${more(retainedDelta, bytes)}`
}

/** `[name, words]` each. */
function figures({ gc, loop, readings, samples }) {
  const live = readings.filter(({ markCompact }) => markCompact)
  const rss = samples.map((sample) => sample.rss).filter((value) => value > 0)
  const rows = [
    live.length > 0 && ['live heap', `${bytes(live[0].heapUsed)} → ${bytes(live.at(-1).heapUsed)}`],
    rss.length > 0 && ['RSS', `${bytes(rss[0])} → ${bytes(rss.at(-1))}`],
    ['collections', `${count(gc.count)}, ${percent(gc.share)} of the time`],
    loop && ['loop late by', `${span(loop.max)} at most`],
  ]
  return rows.filter(Boolean)
}

function places(resources, style) {
  return Object.entries(resources).map(([name, { live, sites }]) => {
    const rows = sites.filter(({ live, file }) => live >= LEAST_PLACES && !file.startsWith('node:')).slice(0, PLACES)
    const columns = [
      { title: 'live', value: (site) => count(site.live) },
      { title: 'added', value: (site) => count(Math.round(site.added)), spare: true },
      { title: 'what', value: (site) => safe([site.type, site.event, site.delay === undefined ? undefined : `${site.delay} ms`].filter(Boolean).join(' ')), text: true },
      { title: 'added by', value: (site) => safe(placeWords(site)), text: true },
    ]
    const title = `${name[0].toUpperCase()}${name.slice(1)}, ${count(Math.round(live))} live`
    return section(title, rows.length > 0 ? table(columns, rows, { width: style.width - 2, paint: style.paint }) : [], style)
  })
}

function placeWords({ function: name, file, line }) {
  const place = file ? `${file}:${line}` : ''
  return name ? `${name} (${place || 'unknown'})` : place || 'unknown'
}

function allocations(findings, { width }) {
  const sites = findings.flatMap(({ about }) => about?.allocations ?? []).slice(0, PLACES)
  return sites.map((site) => `${percent(site.share).padStart(5)}  ${cutStart(safe(placeWords(site)), width - 9)}`)
}

function otherWords({ pid, thread, script, leaks }) {
  const told = leaks.length > 0 ? `, ${leaks.length} ${leaks.length === 1 ? 'leak' : 'leaks'}` : ''
  return `${pid}${thread > 0 ? ` worker ${thread}` : ''}  ${safe(script || 'no script')}${told}`
}

module.exports = { runText, placeWords, figuresOf, figures }
