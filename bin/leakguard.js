#!/usr/bin/env node
'use strict'

const { EXIT } = require('../lib/cli/commands.js')
const { main } = require('../lib/cli/main.js')
const { LeakguardError } = require('../lib/errors.js')

let lost = false

// A reader that has seen enough (`| head`) is no error, and what ends the stream with an error of ours says so itself.
process.stdout.on('error', (error) => {
  if (lost || error.code === 'EPIPE' || error instanceof LeakguardError) return
  lost = true
  process.stderr.write(`leakguard: ERR_LEAKGUARD_IO: what is printed cannot be written: ${error.message}\n`)
  process.exitCode = EXIT.failure
})
process.stderr.on('error', () => {})

const written = (stream) => new Promise((resolve) => stream.write('', resolve))

main(process.argv.slice(2), process).then(async (code) => {
  if (!lost) process.exitCode = code
  for (const stream of [process.stdout, process.stderr]) await written(stream)
  // Nothing is left to wait for: to take the heap down piece by piece takes longer than to end. What failed to be written has been told by then.
  setImmediate(() => process.exit())
})
