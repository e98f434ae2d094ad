'use strict'

// One table feeds the parser and the help: a flag that is not here does not exist.

const COMMANDS = {
  analyze: {
    arguments: 'FILE',
    summary: 'say what a heap snapshot holds, and what looks like a leak',
    flags: {
      json: { type: 'boolean', help: 'print the report as JSON, for programs' },
      top: { type: 'string', value: 'N', help: 'rows of each table (15; with --json 50)' },
      'no-scripts': { type: 'boolean', help: 'open no scripts on this disk: for snapshots of strangers' },
    },
  },
  growth: {
    arguments: 'FILE FILE…',
    summary: 'say what grew from each heap snapshot to the next, oldest first',
    flags: {
      json: { type: 'boolean', help: 'print the answer as JSON, for programs' },
      top: { type: 'string', value: 'N', help: 'suspects at most (10)' },
      'no-scripts': { type: 'boolean', help: 'open no scripts on this disk: for snapshots of strangers' },
    },
  },
  diff: {
    arguments: 'FILE FILE',
    summary: 'say what came and went between two heap snapshots of one process, and what holds what came',
    flags: {
      json: { type: 'boolean', help: 'print the answer as JSON, for programs' },
      top: { type: 'string', value: 'N', help: 'holders, and classes, at most (20)' },
      'no-scripts': { type: 'boolean', help: 'open no scripts on this disk: for snapshots of strangers' },
    },
  },
  redact: {
    arguments: 'IN OUT',
    summary: 'copy a heap snapshot without the values of its strings',
    flags: {
      strict: { type: 'boolean', help: 'replace names that look like data too' },
      audit: { type: 'boolean', help: 'list the names that stay in clear' },
      salt: { type: 'string', value: 'TEXT', help: 'equal values have equal placeholders in all files of one salt' },
    },
  },
  postmortem: {
    arguments: 'RECORDING',
    summary: "say what a flight recorder's file tells of a process that is gone",
    flags: {
      json: { type: 'boolean', help: 'print all of it as JSON, for programs' },
      run: { type: 'string', value: 'N', help: 'look at this run instead of the last that ended' },
    },
  },
  'build-native': {
    arguments: '',
    summary: 'build the native addon with Rust, where no prebuilt one came along',
    flags: {},
  },
}

const GLOBAL = {
  help: { type: 'boolean', short: 'h', help: 'print this help' },
  version: { type: 'boolean', short: 'v', help: 'print the version' },
}

/** What `util.parseArgs` wants to know about a command's flags. */
function parserOptions(command) {
  const flags = { ...GLOBAL, ...COMMANDS[command]?.flags }
  return Object.fromEntries(Object.entries(flags).map(([name, { type, short }]) => [name, short ? { type, short } : { type }]))
}

function help() {
  const line = (name, { value, help, short }) => {
    const flag = `--${name}${value ? ` ${value}` : ''}${short ? `, -${short}` : ''}`
    return `  ${flag.padEnd(16)} ${help}`
  }
  const lines = ['Usage: leakguard COMMAND', '']
  for (const [name, command] of Object.entries(COMMANDS)) {
    lines.push(`leakguard ${name} ${command.arguments}   ${command.summary}`)
    lines.push(...Object.entries(command.flags).map(([flag, about]) => line(flag, about)), '')
  }
  lines.push('Everywhere', ...Object.entries(GLOBAL).map(([flag, about]) => line(flag, about)), '')
  lines.push('FILE and IN are a .heapsnapshot, as it is or as .gz or .zst; - reads standard input, and as OUT writes standard output.')
  lines.push('At most 256 GiB are read, decompressed, and 4 GiB of strings; the option "limits" of analyze() in programs changes that.')
  lines.push('The exit code is 0 if the command did what was asked, leaks found or not, and 1 if it could not.')
  return `${lines.join('\n')}\n`
}

module.exports = { COMMANDS, parserOptions, help }
