'use strict'

const { existsSync } = require('node:fs')
const { parseArgs } = require('node:util')
const { wrong } = require('../options.js')
const { safe } = require('../report/words.js')
const { COMMANDS, parserOptions, help } = require('./flags.js')

// Loaded when asked for: all of them take longer to load than a small snapshot to analyse.
const RUN = {
  analyze: () => require('./analyze.js').analyzeCommand,
  growth: () => require('./growth.js').growthCommand,
  diff: () => require('./diff.js').diffCommand,
  redact: () => require('./redact.js').redactCommand,
  postmortem: () => require('./postmortem.js').postmortemCommand,
  'build-native': () => require('./build-native.js').buildNativeCommand,
}

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
  if (command === undefined && looksLikeFile(given[0])) {
    throw wrong(`no command before ${given[0]}; did you mean leakguard analyze ${given[0]}?`)
  }
  const { values, positionals } = parsed(given, command)
  if (values.version) return `${require('../../package.json').version}\n`
  if (values.help) return help()
  if (command === undefined) {
    const known = Object.keys(COMMANDS).join(', ')
    throw wrong(`${positionals.length === 0 ? 'no command' : `no command "${positionals[0]}"`}; there is ${known}, see leakguard --help`)
  }
  return RUN[command]()(positionals.slice(1), values, streams)
}

function looksLikeFile(text = '') {
  return text === '-' || /\.(heapsnapshot|heaptimeline)(\.gz|\.zst)?$/.test(text) || existsSync(text)
}

function parsed(args, command) {
  try {
    return parseArgs({ args, options: parserOptions(command), allowPositionals: true })
  } catch (error) {
    // A value such as -1 looks like a flag to Node, whose advice on that, and on --, confuses here.
    if (error.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && /ambiguous/.test(error.message)) {
      const flag = /'(--[\w-]+)/.exec(error.message)?.[1]
      const given = args[args.indexOf(flag) + 1]
      throw wrong(`${flag} takes a value, and ${given} looks like a flag; see leakguard --help`)
    }
    const [what] = error.message.split('. ')
    throw wrong(`${what}; see leakguard --help`)
  }
}

module.exports = { main }
