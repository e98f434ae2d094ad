'use strict'

const { wrong } = require('../options.js')
const { redact } = require('../redact/redact.js')
const { redactionText } = require('../redact/text.js')
const { refuseProfile } = require('./refuse-profile.js')

/** `leakguard redact IN OUT`: what it says goes to stderr where OUT is standard output. */
async function redactCommand([from, to, ...rest], { strict, audit, salt, quiet }, { stdin, stdout, stderr, progress }) {
  if (from === undefined || to === undefined || rest.length > 0) throw wrong('redact takes IN and OUT, or - for standard input and output')
  refuseProfile(from)
  const result = await redact(from === '-' ? stdin : from, to === '-' ? stdout : to, { strict, audit, salt, onProgress: progress.tell }).catch((error) => {
    if (error.cause?.code !== 'EPIPE') throw error // a reader that has seen enough
  })
  if (result === undefined) return {}
  const text = redactionText(result, { strict, audit, stream: to === '-' ? stderr : stdout })
  if (to !== '-') return { text, asked: audit }
  if (!quiet || audit) stderr.write(text)
  return {}
}

module.exports = { redactCommand }
