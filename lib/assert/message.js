'use strict'

const { bytes, count, safe } = require('../report/words.js')

/** Growth that is shown; the report has all. */
const SHOWN = 3

/** What a test prints where a call leaks. */
function accusation({ name, calls, open, counted, evidence }, { report }) {
  const lines = [`${name} leaks: ${[...open.map(rate), objects(evidence.classes)].filter(Boolean).join(', ')} a call (${count(calls)} calls)`, '']
  for (const grown of telling(evidence.classes)) lines.push(...ofClass(grown))
  for (const { name, perCall } of counted) lines.push(`  ${name}: +${amount(perCall)} a call`)
  lines.push('', `Is it meant to stay? ${advice(evidence)}`)
  if (report !== undefined) lines.push(`The whole report is in ${safe(report)}`)
  return lines.join('\n')
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

function objects(classes) {
  const sum = classes.reduce((total, { perCall = 0 }) => total + perCall, 0)
  return sum === 0 ? '' : `${amount(sum)} objects`
}

function ofClass({ name, location, counts, perCall, sizes, bytesPerCall }) {
  const place = location ? ` (${safe(location.file)}:${location.line})` : ''
  if (sizes) return [`  ${safe(name)}${place}: +${bytes(bytesPerCall)} a call, ${sizes.map(bytes).join(' → ')}`]
  return [`  ${safe(name)}${place}: +${amount(perCall)} a call, ${counts.map(count).join(' → ')}`]
}

function advice({ classes }) {
  const [first] = classes
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
