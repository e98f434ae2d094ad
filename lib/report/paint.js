'use strict'

/** Two ways to lay stress, where the stream is a terminal that shows them and `NO_COLOR` is not set. */
function paintFor(stream) {
  const style = (on, off) => (stream?.hasColors?.() ? (text) => `\x1b[${on}m${text}\x1b[${off}m` : (text) => text)
  return { strong: style(1, 22), dim: style(2, 22) }
}

/** Pages are made for this width where neither the terminal nor `COLUMNS` says another, and for none below the least. */
const WIDTH = 100
const LEAST_WIDTH = 40

/** How a page looks on a stream: `{ width, paint }`. */
function styleFor(stream) {
  return { width: Math.max(stream?.columns || Number(process.env.COLUMNS) || WIDTH, LEAST_WIDTH), paint: paintFor(stream) }
}

module.exports = { styleFor }
