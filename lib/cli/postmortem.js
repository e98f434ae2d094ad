'use strict'

const { wrong, shown } = require('../options.js')
const { postmortem } = require('../postmortem/postmortem.js')
const { postmortemText } = require('../postmortem/text.js')
const { asciiJson } = require('./analyze.js')

/** `leakguard postmortem RECORDING [--json] [--run N]`: answers what to print. */
async function postmortemCommand([file, ...rest], { json, run }, { stdout }) {
  if (file === undefined || rest.length > 0) throw wrong("postmortem takes one RECORDING, a flight recorder's file")
  const recording = await postmortem(file)
  const number = run === undefined ? undefined : /^\d{1,9}$/.test(run) ? Number(run) : NaN
  if (number !== undefined && !recording.runs[number - 1]) {
    throw wrong(`"run" must be a number from 1 to ${recording.runs.length}, got ${shown(run)}`)
  }
  return json ? `${asciiJson(recording)}\n` : postmortemText(recording, { run: number, stream: stdout })
}

module.exports = { postmortemCommand }
