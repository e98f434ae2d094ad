'use strict'

const { wrong } = require('../options.js')
const { redact } = require('../redact/redact.js')
const { safe } = require('../report/words.js')
const { refuseProfile } = require('./refuse-profile.js')

/** How many names an audit prints. */
const LISTED = 200

/** `leakguard redact IN OUT`: what it says goes to stderr where OUT is standard output. */
async function redactCommand([from, to, ...rest], { strict, audit, salt, quiet }, { stdin, stdout, stderr, progress }) {
  if (from === undefined || to === undefined || rest.length > 0) throw wrong('redact takes IN and OUT, or - for standard input and output')
  refuseProfile(from)
  const result = await redact(from === '-' ? stdin : from, to === '-' ? stdout : to, { strict, audit, salt, onProgress: progress.tell }).catch((error) => {
    if (error.cause?.code !== 'EPIPE') throw error // a reader that has seen enough
  })
  if (result === undefined) return {}
  const text = textOf(result, { strict, audit })
  if (to !== '-') return { text, asked: audit }
  if (!quiet || audit) stderr.write(text)
  return {}
}

function textOf({ values, names, dataLike, replacedNames, kept = [], omitted }, { strict, audit }) {
  const count = (number, what) => `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
  const lines = [`${count(values, 'value')} and ${count(replacedNames, 'name')} replaced, ${count(names, 'name')} in clear.`]
  if (dataLike > 0) {
    const advice = strict ? '' : '; --strict replaces them'
    lines.push(`${count(dataLike, 'name')} of properties, classes or functions ${dataLike === 1 ? 'looks' : 'look'} like data${advice}.`)
  }
  if (!audit) return `${lines.join('\n')}\n`
  for (const { name, use, dataLike: suspect } of kept.slice(0, LISTED)) lines.push(`${suspect ? '!' : ' '} ${use.padEnd(8)} ${safe(name)}`)
  const more = kept.length - LISTED + omitted
  if (more > 0) lines.push(`… and ${count(Math.max(more, 0), 'more name')}; redact() in programs lists up to 20,000.`)
  return `${lines.join('\n')}\n`
}

module.exports = { redactCommand }
