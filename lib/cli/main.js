'use strict'

const { parseArgs } = require('node:util')
const { wrong } = require('../options.js')
const { safe } = require('../report/words.js')
const { analyzeCommand } = require('./analyze.js')
const { COMMANDS, parserOptions, help } = require('./flags.js')
const { postmortemCommand } = require('./postmortem.js')

const RUN = { analyze: analyzeCommand, postmortem: postmortemCommand }

/** Runs one command line and answers its exit code. Errors are one line on stderr: `leakguard: ERR_…: what happened`. */
async function main(given, streams) {
  try {
    streams.stdout.write(await output(given, streams))
    return 0
  } catch (error) {
    streams.stderr.write(`leakguard: ${error.code ? safe(error.message) : error.stack}\n`)
    return 1
  }
}

async function output(given, streams) {
  const command = Object.hasOwn(COMMANDS, given[0] ?? '') ? given[0] : undefined
  const { values, positionals } = parsed(given, command)
  if (values.version) return `${require('../../package.json').version}\n`
  if (values.help) return help()
  if (command === undefined) {
    const known = Object.keys(COMMANDS).join(', ')
    throw wrong(`${positionals.length === 0 ? 'no command' : `no command "${positionals[0]}"`}; there is ${known}, see leakguard --help`)
  }
  return RUN[command](positionals.slice(1), values, streams)
}

function parsed(args, command) {
  try {
    return parseArgs({ args, options: parserOptions(command), allowPositionals: true })
  } catch (error) {
    const [what] = error.message.split('. ') // Node's advice on -- confuses here
    throw wrong(`${what}; see leakguard --help`)
  }
}

module.exports = { main }
