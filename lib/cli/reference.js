'use strict'

const { COMMANDS, GLOBAL, EXIT_HELP, NOTES } = require('./commands.js')
const { flagsOf, usageOf } = require('./help.js')

/** The reference of docs/command-line.md, made from the table: `node lib/cli/reference.js` prints it. */
function reference() {
  const table = (flags) => ['| flag | what it does |', '|---|---|', ...flagsOf(flags).map(([name, words]) => `| ${code(name)} | ${words.replaceAll('|', '\\|')} |`)]
  const parts = Object.entries(COMMANDS).map(([name, { summary, flags, leak }]) => [
    `### ${name}`,
    '',
    `\`${usageOf(name)}\``,
    '',
    `${summary[0].toUpperCase()}${summary.slice(1)}.${leak ? ` Exit code 1: ${leak}.` : ''}`,
    ...(Object.keys(flags).length > 0 ? ['', ...table(flags)] : []),
    '',
  ])
  const everywhere = ['### Everywhere', '', ...table(GLOBAL), '', '| exit code | |', '|---|---|', ...EXIT_HELP.map(([number, words]) => `| ${number} | ${words} |`), '', ...NOTES.map(({ text }) => text)]
  return `${[...parts.flat(), ...everywhere].join('\n')}\n`
}

function code(text) {
  return `\`${text.replaceAll('|', '\\|')}\``
}

if (require.main === module) process.stdout.write(reference())

module.exports = { reference }
