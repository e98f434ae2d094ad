'use strict'

const { analyze } = require('../analyze.js')
const { wrong } = require('../options.js')
const { textOf } = require('../report/text.js')

const TEXT_TOP = 15

/** `leakguard analyze FILE [--json] [--top N] [--no-scripts]`: answers what to print. */
async function analyzeCommand([file, ...rest], { json, top, 'no-scripts': noScripts }, { stdin, stdout }) {
  if (file === undefined || rest.length > 0) throw wrong('analyze takes one FILE, or - for standard input')
  const rows = top === undefined ? (json ? undefined : TEXT_TOP) : /^\d+$/.test(top) ? Number(top) : top
  const report = await analyze(file === '-' ? stdin : file, { top: rows, readScripts: !noScripts })
  if (json) return `${asciiJson(report)}\n`
  return textOf(report, { source: file === '-' ? 'standard input' : file, stream: stdout })
}

/** JSON without a character that a terminal could act on: what JSON leaves as it is, such as U+009B, is escaped. */
function asciiJson(value) {
  const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value, null, 2).replace(/[\x7f-\uffff]/g, escaped)
}

module.exports = { analyzeCommand, asciiJson }
