'use strict'

const { existsSync } = require('node:fs')
const { parseArgs } = require('node:util')
const { wrong } = require('../options.js')
const { safe } = require('../report/words.js')
const { COMMANDS, GLOBAL, EXIT } = require('./commands.js')
const { Progress } = require('./progress.js')

/**
 * Runs one command line and answers its exit code. Errors are one line on stderr: `leakguard: ERR_…: what happened`.
 *
 * A command is called with its arguments, its flags and `{ stdin, stdout, stderr, progress }`, and answers `{ text, asked, leak, code }`, all of
 * which can be missing: what is printed, unless --quiet was given and it was not asked for in so many words (as --json does); whether
 * there is a leak; an exit code, where neither 0 nor 1 is right.
 */
async function main(given, streams) {
  let progress
  try {
    const { command, values, positionals } = understood(given)
    if (values.version) return printed(streams, `${require('../../package.json').version}\n`)
    if (values.help) return printed(streams, require('./help.js').help(command, streams.stdout))
    if (command === undefined) throw noCommand(positionals)
    progress = new Progress(streams.stderr, values)
    const { text = '', asked, leak, code } = await COMMANDS[command].run()(positionals, values, Object.create(streams, { progress: { value: progress } }))
    progress.end()
    if (!values.quiet || asked) streams.stdout.write(text)
    return code ?? (leak ? EXIT.leak : EXIT.clean)
  } catch (error) {
    progress?.end()
    streams.stderr.write(`leakguard: ${error.code ? safe(error.message) : error.stack}\n`)
    return error.code === 'ERR_LEAKGUARD_OPTION' ? EXIT.usage : EXIT.failure
  }
}

function printed({ stdout }, text) {
  stdout.write(text)
  return EXIT.clean
}

function noCommand(positionals) {
  const known = Object.keys(COMMANDS).join(', ')
  return wrong(`${positionals.length === 0 ? 'no command' : `no command "${positionals[0]}"`}; there is ${known}, see leakguard --help`)
}

/** `{ command, values, positionals }`; the command is the first word. */
function understood(given) {
  const command = Object.hasOwn(COMMANDS, given[0] ?? '') ? given[0] : undefined
  if (command === undefined && looksLikeFile(given[0])) {
    throw wrong(`no command before ${given[0]}; did you mean leakguard analyze ${given[0]}?`)
  }
  const flags = { ...COMMANDS[command]?.flags, ...GLOBAL }
  const words = command === undefined ? given : given.slice(1)
  const end = COMMANDS[command]?.rest ? endOfFlags(words, flags) : words.length
  const { values, positionals } = parsed(words.slice(0, end), flags, command)
  positionals.push(...words.slice(words[end] === '--' ? end + 1 : end))
  for (const [name, { read }] of Object.entries(flags)) if (read && values[name] !== undefined) values[name] = read(values[name])
  return { command, values, positionals }
}

/** Where another program's command begins, whose flags are its own: at `--`, or at the first word that is neither a flag nor a flag's value. */
function endOfFlags(words, flags) {
  for (let at = 0; at < words.length; at++) {
    if (words[at] === '--' || !words[at].startsWith('-')) return at
    if (flags[words[at].slice(2)]?.type === 'string') at++
  }
  return words.length
}

function looksLikeFile(text = '') {
  return text === '-' || /\.(heapsnapshot|heaptimeline)(\.gz|\.zst)?$/.test(text) || existsSync(text)
}

function parsed(args, flags, command) {
  const options = Object.fromEntries(Object.entries(flags).map(([name, { type, short }]) => [name, short ? { type, short } : { type }]))
  const help = `see leakguard ${command === undefined ? '' : `${command} `}--help`
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    // A value such as -1 looks like a flag to Node, whose advice on that, and on --, confuses here.
    if (error.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && /ambiguous/.test(error.message)) {
      const flag = /'(?:-\w, )?(--[\w-]+)/.exec(error.message)?.[1]
      const given = args[args.indexOf(flag) + 1]
      throw wrong(`${flag} takes a value, and ${given} looks like a flag; ${help}`)
    }
    const [what] = error.message.split('. ')
    throw wrong(`${what}; ${help}`)
  }
}

module.exports = { main }
