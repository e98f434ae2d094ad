'use strict'

const { diff } = require('../diff.js')
const { wrong } = require('../options.js')
const { diffText } = require('../report/diff.js')
const { asciiJson } = require('./json.js')

/** `leakguard diff BEFORE AFTER`: it says what changed and accuses nobody. */
async function diffCommand(files, { json, top, 'no-scripts': noScripts }, { stdin, stdout, progress }) {
  if (files.length !== 2) throw wrong('diff takes two FILEs of one process, the earlier one first')
  if (files.every((file) => file === '-')) throw wrong('standard input can be one of the FILEs only')
  const [before, after] = files.map((file) => (file === '-' ? stdin : file))
  const found = await diff(before, after, { top, readScripts: !noScripts, onProgress: progress.ofLook })
  return json ? { text: asciiJson(found), asked: true } : { text: diffText(found, { stream: stdout }) }
}

module.exports = { diffCommand }
