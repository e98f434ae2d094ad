#!/usr/bin/env node
'use strict'

const { main } = require('../lib/cli/main.js')

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
})

main(process.argv.slice(2), process).then((code) => {
  process.exitCode = code
})
