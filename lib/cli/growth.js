'use strict'

const { growth } = require('../growth/growth.js')
const { wrong } = require('../options.js')
const { growthText } = require('../report/growth.js')
const { asciiJson } = require('./json.js')

/** `leakguard growth FILE FILE…` */
async function growthCommand(files, { json, top, 'no-scripts': noScripts }, { stdin, stdout, progress }) {
  if (files.length < 2) throw wrong('growth takes two FILEs or more, the oldest first')
  if (files.filter((file) => file === '-').length > 1) throw wrong('standard input can be one of the FILEs only')
  const found = await growth(files.map((file) => (file === '-' ? stdin : file)), { top, readScripts: !noScripts, onProgress: progress.ofLook })
  const leak = found.suspects.length > 0
  return json ? { text: asciiJson(found), asked: true, leak } : { text: growthText(found, { stream: stdout }), leak }
}

module.exports = { growthCommand }
