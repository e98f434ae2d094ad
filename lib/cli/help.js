'use strict'

const { styleFor } = require('../report/paint.js')
const { wrapped } = require('../report/words.js')
const { COMMANDS, GLOBAL, EXIT, EXIT_HELP, NOTES } = require('./commands.js')

const INDENT = '  '
const WIDEST_FLAG = 22

/** The help of one command, or of all; `stream` is where it goes. */
function help(name, stream) {
  const { width, paint } = styleFor(stream)
  const parts = name === undefined ? overview(width, paint) : ofCommand(name, width, paint)
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function overview(width, paint) {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary])
  return [
    ['Usage: leakguard COMMAND …', ...wrapped('leakguard COMMAND --help says more of one.', width)],
    [paint.strong('Commands'), ...definitions(commands, width)],
    [paint.strong('Everywhere'), ...definitions(flagsOf(GLOBAL), width)],
    exits(width, paint),
    NOTES.flatMap(({ text }) => wrapped(text, width)),
  ]
}

function ofCommand(name, width, paint) {
  const { summary, flags, leak, arguments: given } = COMMANDS[name]
  return [
    [...wrapped(`Usage: ${usageOf(name)}`, width), '', ...wrapped(`${summary[0].toUpperCase()}${summary.slice(1)}.`, width)],
    ...(Object.keys(flags).length > 0 ? [definitions(flagsOf(flags), width)] : []),
    [paint.strong('Everywhere'), ...definitions(flagsOf(GLOBAL), width)],
    exits(width, paint, leak),
    NOTES.filter(({ about }) => about === undefined || about.test(given)).flatMap(({ text }) => wrapped(text, width)),
  ]
}

/** `leakguard analyze FILE`: the flags stand below it. */
function usageOf(name) {
  const { arguments: given, flags } = COMMANDS[name]
  return ['leakguard', name, Object.keys(flags).length > 0 && '[flags]', given].filter(Boolean).join(' ')
}

/** `leak`: what 1 means of one command. */
function exits(width, paint, leak) {
  return [paint.strong('Exit codes'), ...definitions(EXIT_HELP.map(([code, words]) => [String(code), code === EXIT.leak && leak ? leak : words]), width)]
}

/** `[['--top N', 'rows of each table']]` */
function flagsOf(flags) {
  return Object.entries(flags).map(([name, { value, help: words, short }]) => [`--${name}${value ? ` ${value}` : ''}${short ? `, -${short}` : ''}`, words])
}

/** Names to the left, what they mean to the right; below one another where the line is too short for both. */
function definitions(rows, width) {
  const left = Math.min(WIDEST_FLAG, Math.max(...rows.map(([name]) => name.length))) + 2
  const right = width - INDENT.length - left
  return rows.flatMap(([name, words]) => {
    if (right < 30) return [INDENT + name, ...wrapped(words, width - 6).map((line) => `      ${line}`)]
    const [first, ...rest] = wrapped(words, right).map((line) => INDENT + ' '.repeat(left) + line)
    return name.length + 2 > left ? [INDENT + name, first, ...rest] : [INDENT + name.padEnd(left) + first.slice(INDENT.length + left), ...rest]
  })
}

module.exports = { help, usageOf, flagsOf }
