'use strict'

const { diff } = require('../diff.js')
const { wrong } = require('../options.js')
const { diffText } = require('../report/diff.js')
const { asciiJson } = require('./analyze.js')

/** `leakguard diff BEFORE AFTER [--json] [--top N] [--no-scripts]`: answers what to print. */
async function diffCommand(files, { json, top, 'no-scripts': noScripts }, { stdin, stdout }) {
  if (files.length !== 2) throw wrong('diff takes two FILEs of one process, the earlier one first')
  if (files.every((file) => file === '-')) throw wrong('standard input can be one of the FILEs only')
  const rows = top === undefined ? undefined : /^\d+$/.test(top) ? Number(top) : top
  const [before, after] = files.map((file) => (file === '-' ? stdin : file))
  const found = await diff(before, after, { top: rows, readScripts: !noScripts })
  return json ? `${asciiJson(found)}\n` : diffText(found, { stream: stdout })
}

module.exports = { diffCommand }
