'use strict'

/** JSON without a character that a terminal could act on: what JSON leaves as it is, such as U+009B, is escaped. */
function asciiJson(value) {
  const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(value, null, 2).replace(/[\x7f-\uffff]/g, escaped)}\n`
}

module.exports = { asciiJson }
