'use strict'

/** Two ways to lay stress, where the stream is a terminal that shows them and `NO_COLOR` is not set. */
function paintFor(stream) {
  const style = (on, off) => (stream?.hasColors?.() ? (text) => `\x1b[${on}m${text}\x1b[${off}m` : (text) => text)
  return { strong: style(1, 22), dim: style(2, 22) }
}

module.exports = { paintFor }
