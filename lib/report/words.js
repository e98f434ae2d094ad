'use strict'

// How figures and the heap's own texts are written for a person.

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** `12.4 MB`: powers of 1,000, as DevTools writes them. */
function bytes(value) {
  let unit = 0
  let scaled = value
  while (scaled >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000
    unit++
  }
  return `${unit > 0 && scaled < 99.95 ? scaled.toFixed(1) : count(Math.round(scaled))} ${UNITS[unit]}`
}

/** `1,234,567`, whatever the locale of the machine. */
function count(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `41 %`, and `0.3 %` where a whole number would hide it. */
function percent(share) {
  const value = share * 100
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} %`
}

// Controls could drive the terminal; marks of direction and of zero width could show a text as another one.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu
const SHORT = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A text out of a heap on one line, harmless to a terminal. */
function safe(text) {
  return String(text).replace(UNSAFE, (character) => SHORT[character] ?? `\\u{${character.codePointAt(0).toString(16)}}`)
}

/** At most `width` characters, the end cut off. */
function cut(text, width) {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0)).replace(/[\ud800-\udbff]$/, '')}…`
}

/** At most `width` characters, the start cut off: the end of a path is what a person knows. */
function cutStart(text, width) {
  return text.length <= width ? text : `…${text.slice(text.length - Math.max(width - 1, 0)).replace(/^[\udc00-\udfff]/, '')}`
}

/** Words over lines of at most `width` characters. */
function wrapped(text, width) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

module.exports = { bytes, count, percent, safe, cut, cutStart, wrapped }
