#!/usr/bin/env node
'use strict'

const { EXIT } = require('../lib/cli/commands.js')
const { main } = require('../lib/cli/main.js')
const { LeakguardError } = require('../lib/errors.js')

let lost = false

// A reader that has seen enough (`| head`) is no error, and what ends the stream with an error of ours says so itself.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE' || error instanceof LeakguardError) return
  lost = true
  process.stderr.write(`leakguard: ERR_LEAKGUARD_IO: what is printed cannot be written: ${error.message}\n`)
  process.exitCode = EXIT.failure
})
process.stderr.on('error', () => {})

main(process.argv.slice(2), process).then((code) => {
  if (!lost) process.exitCode = code
})
