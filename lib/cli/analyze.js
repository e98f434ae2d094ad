'use strict'

const { analyze } = require('../analyze.js')
const { wrong } = require('../options.js')
const { textOf } = require('../report/text.js')
const { asciiJson } = require('./json.js')

const TEXT_TOP = 15

/** `leakguard analyze FILE` */
async function analyzeCommand([file, ...rest], { json, top, 'no-scripts': noScripts }, { stdin, stdout, progress }) {
  if (file === undefined || rest.length > 0) throw wrong('analyze takes one FILE, or - for standard input')
  const options = { top: top ?? (json ? undefined : TEXT_TOP), readScripts: !noScripts, onProgress: progress.tell }
  const report = await analyze(file === '-' ? stdin : file, options)
  const leak = report.suspects.length > 0
  if (json) return { text: asciiJson(report), asked: true, leak }
  return { text: textOf(report, { source: file === '-' ? 'standard input' : file, stream: stdout }), leak }
}

module.exports = { analyzeCommand }
