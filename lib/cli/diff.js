'use strict'

const { diff } = require('../diff.js')
const { wrong } = require('../options.js')
const { diffText } = require('../report/diff.js')
const { requireHeadroomFor } = require('./headroom.js')
const { asciiJson } = require('./json.js')
const { refuseProfile } = require('./refuse-profile.js')

/** `leakguard diff BEFORE AFTER`: it says what changed and accuses nobody. */
async function diffCommand(files, { json, md, top, 'no-scripts': noScripts, force }, { stdin, stdout, progress }) {
  if (json && md) throw wrong('diff prints JSON or Markdown, not both')
  if (files.length !== 2) throw wrong('diff takes two FILEs of one process, the earlier one first')
  if (files.every((file) => file === '-')) throw wrong('standard input can be one of the FILEs only')
  files.forEach(refuseProfile)
  requireHeadroomFor(files, { force })
  const [before, after] = files.map((file) => (file === '-' ? stdin : file))
  const found = await diff(before, after, { top, readScripts: !noScripts, onProgress: progress.ofLook })
  if (json) return { text: asciiJson(found), asked: true }
  if (!md) return { text: diffText(found, { stream: stdout }) }
  const { diffMarkdown } = require('../report/markdown/diff.js')
  return { text: diffMarkdown(found), asked: true }
}

module.exports = { diffCommand }
