'use strict'

const { bytes, cut, percent } = require('../report/words.js')

const WIDEST_BAR = 24
/** So often at most: a terminal over a network is slow. */
const EVERY_MS = 100
/** What is done sooner needs no bar. */
const PATIENCE_MS = 300

/**
 * One line on a terminal that says how far long work is, and is gone when that is done. Elsewhere, and with --quiet, nothing.
 * `tell({ stage, bytes, total })` is what `onProgress` gives.
 */
class Progress {
  #stream
  #since = Date.now()
  #last = 0
  #drawn = false

  constructor(stream, { quiet = false } = {}) {
    if (stream?.isTTY && !quiet) this.#stream = stream
  }

  tell = ({ stage, bytes: done, total }) => {
    const now = Date.now()
    if (this.#stream === undefined || now - this.#since < PATIENCE_MS || now - this.#last < EVERY_MS) return
    this.#last = now
    this.#drawn = true
    const width = Math.max((this.#stream.columns ?? 80) - 1, 10)
    this.#stream.write(`\r\x1b[K${cut(`${stage} ${barOf(done, total, width - stage.length - 8)}`, width)}`)
  }

  /** The same of one look of several. */
  ofLook = ({ look, looks, stage, ...done }) => this.tell({ stage: `${look} of ${looks}, ${stage}`, ...done })

  /** Takes the line away. */
  end() {
    if (this.#drawn) this.#stream.write('\r\x1b[K')
    this.#drawn = false
  }
}

function barOf(done, total, room) {
  if (!(total > 0)) return done > 0 ? bytes(done) : ''
  const share = Math.min(done / total, 1)
  const width = Math.min(WIDEST_BAR, room)
  const full = Math.round(share * width)
  return `${width > 4 ? `${'█'.repeat(full)}${'░'.repeat(width - full)} ` : ''}${percent(share)}`
}

module.exports = { Progress }
