'use strict'

const { wrong, shown } = require('../options.js')
const { postmortem } = require('../postmortem/postmortem.js')
const { postmortemText } = require('../postmortem/text.js')
const { asciiJson } = require('./json.js')

/** `leakguard postmortem RECORDING` */
async function postmortemCommand([file, ...rest], { json, run }, { stdout }) {
  if (file === undefined || rest.length > 0) throw wrong("postmortem takes one RECORDING, a flight recorder's file")
  const recording = await postmortem(file)
  const number = run === undefined ? undefined : /^\d{1,9}$/.test(run) ? Number(run) : NaN
  if (number !== undefined && !recording.runs[number - 1]) {
    throw wrong(`"run" must be a number from 1 to ${recording.runs.length}, got ${shown(run)}`)
  }
  const leak = isLeak(recording.runs[number === undefined ? recording.subject : number - 1])
  return json ? { text: asciiJson(recording), asked: true, leak } : { text: postmortemText(recording, { run: number, stream: stdout }), leak }
}

/** A leak was told, or the process was cut off for lack of memory, as far as can be known. */
function isLeak(run) {
  return run !== undefined && (run.events.some(({ kind }) => kind === 'leak') || (run.ending.how === 'cut' && run.ending.nearest?.likely === true))
}

module.exports = { postmortemCommand }
