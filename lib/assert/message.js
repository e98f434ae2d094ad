'use strict'

const { bytes, count, safe } = require('../report/words.js')
const { siteInWords } = require('../watch/words.js')

/** Growth that is shown; the report has all. */
const SHOWN = 3

/** Steps of a path that are shown: the last ones, which the source has words for. */
const STEPS = 5

/** What a test prints where a call leaks. */
function accusation({ name, calls, open, counted, evidence, sites = [] }, { report }) {
  const { suspects, classes } = evidence
  const lines = [`${name} leaks: ${[...open.map(rate), objects(suspects, classes)].filter(Boolean).join(', ')} a call (${count(calls)} calls)`, '']
  for (const suspect of suspects.slice(0, SHOWN)) lines.push(...ofSuspect(suspect))
  if (suspects.length > SHOWN) lines.push(`  and ${suspects.length - SHOWN} more`)
  for (const grown of telling(classes)) lines.push(...ofClass(grown))
  for (const { name, perCall } of counted) lines.push(`  ${name}: +${amount(perCall)} a call`)
  for (const site of sites) lines.push(`    ${safe(siteInWords(site, 'listeners'))}`)
  lines.push('', `Is it meant to stay? ${advice([...suspects, ...classes])}`)
  if (report !== undefined) lines.push(`The whole report is in ${safe(report)}`)
  return lines.join('\n')
}

/** What holds it, how much more there is, where, and the end of the way to it. */
function ofSuspect({ name, type, location, path, counts, values = counts, perCall }) {
  const steps = path.slice(-STEPS).map(({ edge, name }) => (edge && edge !== name ? `${safe(edge)}: ${safe(name)}` : safe(name)))
  return [
    `  ${safe(name)}: ${safe(type)}: +${amount(perCall)} a call, ${values.map(count).join(' → ')}`,
    ...(location ? [`    ${safe(location.file)}:${location.line}:${location.column}`] : []),
    `    ${path.length > STEPS ? '… → ' : ''}${steps.join(' → ')}`,
  ]
}

/** Those with a name of the app's, if there are any: strings and numbers come with them. */
function telling(classes) {
  const named = classes.filter(({ name }) => !name.startsWith('('))
  return (named.length > 0 ? named : classes).slice(0, SHOWN)
}

function rate({ name, perCall, unit }) {
  if (unit === 'bytes') return `${bytes(Math.max(perCall, 0))}${name === 'heap' ? '' : ' of buffers'}`
  return `${amount(perCall)} ${name}`
}

function objects(suspects, classes) {
  const sum = (rows) => rows.reduce((total, { perCall = 0 }) => total + perCall, 0)
  const [values, others] = [true, false].map((has) => sum((suspects.length > 0 ? suspects : classes).filter((row) => (row.values !== undefined) === has)))
  return [others > 0 && `${amount(others)} objects`, values > 0 && `${amount(values)} values`].filter(Boolean).join(', ')
}

function ofClass({ name, location, counts, perCall, sizes, bytesPerCall }) {
  const place = location ? ` (${safe(location.file)}:${location.line})` : ''
  if (sizes) return [`  ${safe(name)}${place}: +${bytes(bytesPerCall)} a call, ${sizes.map(bytes).join(' → ')}`]
  return [`  ${safe(name)}${place}: +${amount(perCall)} a call, ${counts.map(count).join(' → ')}`]
}

function advice([first]) {
  return first ? `ignore: [${JSON.stringify(first.name)}], or a tolerance` : 'raise the tolerance'
}

/** `3`, `0.1`, `1.5`. */
function amount(value) {
  return value >= 9.95 || Math.abs(value - Math.round(value)) < 0.05 ? count(Math.round(value)) : value < 0.1 ? value.toFixed(2) : value.toFixed(1)
}

/** What is said where the readings grow and the heap shows nothing that does. */
function undecided({ name, calls, open, evidence }) {
  const grows = open.map(rate).join(', ')
  return (
    `it could not be decided whether ${name} leaks: ${grows} a call over ${count(calls)} calls, but in ${evidence.looks} looks at ` +
    'the heap nothing grew with the calls; give more "iterations" or "warmup", or a "tolerance" above that'
  )
}

module.exports = { accusation, undecided, amount }
