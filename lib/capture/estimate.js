'use strict'

const { modeFor } = require('./mode.js')
const { needs } = require('./needs.js')
const { permit } = require('./take.js')

/**
 * What a capture would cost now, and whether it would be refused: `{ mode, reason, memoryBytes, diskBytes, pauseMs, refused? }`.
 * `into` is `file`, `stream` or `report`; `folder`, where a file goes.
 */
function estimate({ into, folder, mode: asked, compress, maxPause, maxMemory }) {
  try {
    const { mode, reason } = modeFor(asked)
    const { memory, disk, pauseMs } = needs({ mode, into, compress })
    const figures = { mode, reason, memoryBytes: Math.round(memory), diskBytes: Math.round(disk), pauseMs: Math.round(pauseMs) }
    return { ...figures, refused: refusal(() => permit(mode, { into, folder }, { compress, maxPause, maxMemory })) }
  } catch (error) {
    return { mode: asked, reason: error.message, refused: error.message }
  }
}

function refusal(attempt) {
  try {
    attempt()
  } catch (error) {
    return error.message
  }
  return undefined
}

module.exports = { estimate }
