'use strict'

const { styleFor } = require('../report/paint.js')
const { count, safe, wrapped } = require('../report/words.js')

/** How many names an audit prints. */
const LISTED = 200

/** What was redacted, for a person; `audit` lists the names that stay, whole, however long they are. */
function redactionText({ values, names, dataLike, replacedNames, kept = [], omitted }, { strict, audit, stream } = {}) {
  const { width } = styleFor(stream)
  const many = (number, what) => `${count(number)} ${what}${number === 1 ? '' : 's'}`
  const lines = wrapped(`${many(values, 'value')} and ${many(replacedNames, 'name')} replaced, ${many(names, 'name')} in clear.`, width)
  if (dataLike > 0) {
    const advice = strict ? '' : '; --strict replaces them'
    lines.push(...wrapped(`${many(dataLike, 'name')} of properties, classes or functions ${dataLike === 1 ? 'looks' : 'look'} like data${advice}.`, width))
  }
  if (!audit) return `${lines.join('\n')}\n`
  for (const { name, use, dataLike: suspect } of kept.slice(0, LISTED)) lines.push(`${suspect ? '!' : ' '} ${use.padEnd(8)} ${safe(name)}`)
  const more = kept.length - LISTED + omitted
  if (more > 0) lines.push(...wrapped(`… and ${many(more, 'more name')}; redact() in programs lists up to 20,000.`, width))
  return `${lines.join('\n')}\n`
}

module.exports = { redactionText }
