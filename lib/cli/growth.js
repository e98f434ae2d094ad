'use strict'

const { growth } = require('../growth/growth.js')
const { native } = require('../native.js')
const { wrong } = require('../options.js')
const { growthText } = require('../report/growth.js')
const { requireHeadroomFor } = require('./headroom.js')
const { asciiJson } = require('./json.js')
const { refuseProfile } = require('./refuse-profile.js')

/** `leakguard growth FILE FILE…` */
async function growthCommand(files, { json, md, top, 'no-scripts': noScripts, force }, { stdin, stdout, progress }) {
  if (json && md) throw wrong('growth prints JSON or Markdown, not both')
  if (files.length < 2) throw wrong('growth takes two FILEs or more, the oldest first')
  if (files.filter((file) => file === '-').length > 1) throw wrong('standard input can be one of the FILEs only')
  files.forEach(refuseProfile)
  requireHeadroomFor(files, { force, inTurns: true })
  native().giveBackMemory()
  const found = await growth(files.map((file) => (file === '-' ? stdin : file)), { top, readScripts: !noScripts, onProgress: progress.ofLook })
  const leak = found.suspects.length > 0
  if (json) return { text: asciiJson(found), asked: true, leak }
  if (!md) return { text: growthText(found, { stream: stdout }), leak }
  const { growthMarkdown } = require('../report/markdown/growth.js')
  return { text: growthMarkdown(found), asked: true, leak }
}

module.exports = { growthCommand }
