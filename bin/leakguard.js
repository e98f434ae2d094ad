#!/usr/bin/env node
'use strict'

const { EXIT } = require('../lib/cli/commands.js')
const { main } = require('../lib/cli/main.js')
const { LeakguardError } = require('../lib/errors.js')
const { native } = require('../lib/native.js')

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

/**
 * Node's own end waits for V8's threads, and one of them may wait for a collection that never comes: of the snapshots of another process, with Node 24, one
 * in forty hung (nodejs/node#54918). Whoever gave Node options may want what it writes at its end.
 */
function endAtOnce(code) {
  const { NODE_OPTIONS, NODE_V8_COVERAGE } = process.env
  if (process.execArgv.length > 0 || NODE_OPTIONS || NODE_V8_COVERAGE) return
  try {
    native().endProcess(code)
  } catch {
    // Without the addon it ends as Node does.
  }
}

main(process.argv.slice(2), process).then(async (code) => {
  if (!lost) process.exitCode = code
  for (const stream of [process.stdout, process.stderr]) await written(stream)
  // Nothing is left to wait for: to take the heap down piece by piece takes longer than to end. What failed to be written has been told by then.
  setImmediate(() => {
    process.on('exit', endAtOnce)
    process.exit()
  })
})
