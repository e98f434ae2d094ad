'use strict'

const { growth } = require('../growth/growth.js')
const { wrong } = require('../options.js')
const { growthText } = require('../report/growth.js')
const { asciiJson } = require('./analyze.js')

/** `leakguard growth FILE FILE… [--json] [--top N] [--no-scripts]`: answers what to print. */
async function growthCommand(files, { json, top, 'no-scripts': noScripts }, { stdin, stdout }) {
  if (files.length < 2) throw wrong('growth takes two FILEs or more, the oldest first')
  if (files.filter((file) => file === '-').length > 1) throw wrong('standard input can be one of the FILEs only')
  const rows = top === undefined ? undefined : /^\d+$/.test(top) ? Number(top) : top
  const found = await growth(files.map((file) => (file === '-' ? stdin : file)), { top: rows, readScripts: !noScripts })
  return json ? `${asciiJson(found)}\n` : growthText(found, { stream: stdout })
}

module.exports = { growthCommand }
