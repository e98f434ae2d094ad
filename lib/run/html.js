'use strict'

const { moment, span } = require('../postmortem/moment.js')
const { lineChart } = require('../report/html/chart.js')
const { element } = require('../report/html/element.js')
const { pageOf } = require('../report/html/page.js')
const { card } = require('../report/html/rows.js')
const { suspectCard } = require('../report/html/suspect.js')
const { bytes, count, percent } = require('../report/words.js')
const { figures, placeWords } = require('./text.js')

const SUSPECTS = 6
const PLACES = 15

/** A run as a page that is one file. */
function runHtml({ command, ending, subject, others, findings, lastedMs, began }) {
  const facts = [ending, `after ${span(lastedMs)}`, `started ${moment(began)}`, subject && `process ${subject.pid}`, subject && `Node ${subject.node}`].filter(Boolean)
  const top = element('header', { class: 'report-top' }, element('h1', {}, command.join(' ')), element('p', { class: 'dim small' }, facts.join(' · ')))
  const parts = [top, hero(findings)]
  if (subject !== undefined) {
    parts.push(
      suspects(findings),
      element('h2', {}, 'Memory over time'),
      ...charts(subject),
      card('The process', [{ title: 'what', value: ([name]) => name, text: true }, { title: 'how much', value: ([, words]) => words, text: true }], figures(subject)),
      ...places(subject.resources),
      card('Allocated in', [{ title: 'of what stays', value: ({ share }) => percent(share) }, { title: 'function', value: placeWords, text: true }], findings.flatMap(({ about }) => about?.allocations ?? []).slice(0, PLACES)),
      card('Other processes and workers', [
        { title: 'process', value: ({ pid, thread }) => (thread > 0 ? `${pid}, worker ${thread}` : String(pid)) },
        { title: 'script', value: ({ script }) => script, text: true },
        { title: 'leaks', value: ({ leaks }) => count(leaks.length) },
      ], others),
    )
  }
  parts.push(element('p', { class: 'dim small' }, 'Made by leakguard run. It has names of variables, functions and files, and no values out of the heap.'))
  return pageOf(`${findings[0].headline} · leakguard run`, parts)
}

function hero(findings) {
  return element('section', { class: 'hero card report', 'data-state': findings[0].kind },
    findings.map(({ headline, text, kind }, index) => element('div', { class: 'finding' }, element(index === 0 ? 'h2' : 'h3', {}, headline), kind === 'crash' ? element('pre', {}, text) : element('p', { class: 'dim' }, text))))
}

function suspects(findings) {
  const all = findings.flatMap(({ about }) => about?.suspects ?? []).slice(0, SUSPECTS)
  return all.length === 0 ? undefined : element('div', { class: 'cards' }, all.map((suspect, index) => suspectCard(suspect, index === 0 ? 'red' : 'amber')))
}

function charts({ readings, samples }) {
  const live = readings.filter(({ markCompact }) => markCompact)
  const points = (rows, value) => rows.map((row) => [row.time, value(row)])
  const time = (ms) => (ms === 0 ? '0' : span(ms))
  return [
    lineChart('Heap and process', [
      { name: 'live heap, after collections', tone: 'accent', points: points(live, ({ heapUsed }) => heapUsed) },
      { name: 'buffers and other external memory', tone: 'violet', points: points(live, ({ external }) => external) },
      { name: 'RSS', tone: 'blue', points: points(samples, ({ rss }) => rss), dash: true },
    ], { words: bytes, time }),
    lineChart('Event loop, late by', [{ name: 'most', tone: 'amber', points: points(samples, ({ loopDelay }) => loopDelay?.max) }], { words: (ms) => `${Math.round(ms)} ms`, time }),
  ]
}

function places(resources) {
  return Object.entries(resources).map(([name, { live, sites }]) =>
    card(`${name[0].toUpperCase()}${name.slice(1)}, ${count(Math.round(live))} live`, [
      { title: 'live', value: (site) => count(site.live) },
      { title: 'added', value: (site) => count(Math.round(site.added)) },
      { title: 'what', value: (site) => [site.type, site.event, site.delay === undefined ? undefined : `${site.delay} ms`].filter(Boolean).join(' '), text: true },
      { title: 'added by', value: placeWords, text: true },
    ], sites.filter((site) => site.live > 0).slice(0, PLACES)))
}

module.exports = { runHtml }
