'use strict'

const { wrong, shown } = require('../options.js')
const { COMMANDS, GLOBAL } = require('./commands.js')

// The scripts are made from the table when they are asked for, so that they fit this version.

const SHELLS = { bash, zsh, fish }

/** `leakguard completion bash|zsh|fish` */
function completionCommand([shell, ...rest]) {
  if (!Object.hasOwn(SHELLS, shell ?? '') || rest.length > 0) {
    throw wrong(`completion takes one of ${Object.keys(SHELLS).join(', ')}${shell === undefined ? '' : `, got ${shown(shell)}`}`)
  }
  return { text: `${SHELLS[shell]().join('\n')}\n`, asked: true }
}

/** What goes without a command. */
const ALONE = { help: GLOBAL.help, version: GLOBAL.version }
/** Flags whose value is a file, or begins with one. */
const FILES = new Set(['FILE', 'CMD'])

function flagsOf(name) {
  return Object.entries({ ...COMMANDS[name].flags, ...GLOBAL })
}

/** Words that a command takes instead of files: `bash|zsh|fish`; none where it takes nothing. */
function wordsOf(name) {
  const { arguments: given } = COMMANDS[name]
  if (given === '') return []
  return /^[a-z]+(\|[a-z]+)+$/.test(given) ? given.split('|') : undefined
}

function bash() {
  const cases = Object.keys(COMMANDS).map((name) => {
    const flags = flagsOf(name).map(([flag]) => `--${flag}`)
    return `    ${name}) words="${[...(wordsOf(name) ?? []), ...flags].join(' ')}" ;;`
  })
  return [
    '# leakguard: source <(leakguard completion bash)',
    '_leakguard() {',
    '  local word="${COMP_WORDS[COMP_CWORD]}" words',
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${[...Object.keys(COMMANDS), ...Object.keys(ALONE).map((flag) => `--${flag}`)].join(' ')}" -- "$word"))`,
    '    return',
    '  fi',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '    *) return ;;',
    '  esac',
    '  case "$word" in',
    '    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;',
    '    *)',
    '      COMPREPLY=($(compgen -W "${words%%--*}" -- "$word"))',
    "      local IFS=$'\\n'",
    '      COMPREPLY+=($(compgen -f -- "$word"))',
    '      ;;',
    '  esac',
    '}',
    'complete -o filenames -o bashdefault -F _leakguard leakguard',
  ]
}

function zsh() {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`
  const described = Object.entries(COMMANDS).map(([name, { summary }]) => `    ${quoted(`${name}:${summary}`)}`)
  const flag = ([name, { value, short, help }]) => {
    const about = `[${help.replaceAll(/[[\]\\]/g, '\\$&')}]${value ? `:${value}:${FILES.has(value) ? '_files' : ''}` : ''}`
    return short ? `'(-${short} --${name})'{-${short},--${name}}${quoted(about)}` : quoted(`--${name}${value ? '=' : ''}${about}`)
  }
  const app = '_alternative "files:file:_files" "commands:command:_command_names -e"'
  const rest = (name) => {
    if (COMMANDS[name].rest) return [`'(-)1:command: ${app}'`, "'*::argument:_normal'"]
    const words = wordsOf(name)
    return words === undefined ? ["'*:file:_files'"] : words.length > 0 ? [`'1:word:(${words.join(' ')})'`] : []
  }
  const cases = Object.keys(COMMANDS).map((name) => {
    const style = COMMANDS[name].rest ? " -A '-*'" : ''
    return `    ${name}) _arguments${style} ${[...flagsOf(name).map(flag), ...rest(name)].join(' ')} ;;`
  })
  return [
    '#compdef leakguard',
    '# leakguard: leakguard completion zsh > "${fpath[1]}/_leakguard"',
    '_leakguard() {',
    '  local -a names', // `commands` is zsh's own
    '  names=(',
    ...described,
    '  )',
    '  if (( CURRENT == 2 )); then',
    `    _arguments ${Object.entries(ALONE).map(flag).join(' ')} '1:command:{_describe command names}'`,
    '    return',
    '  fi',
    '  shift words',
    '  (( CURRENT-- ))',
    '  local name="$words[1]" end=$words[(i)--]',
    `  if [[ "$name" == (${Object.keys(COMMANDS).filter((name) => COMMANDS[name].rest).join('|')}) ]] && (( end < CURRENT )); then`,
    '    shift $end words',
    '    (( CURRENT -= end ))',
    `    if (( CURRENT == 1 )); then ${app}; else _normal; fi`,
    '    return',
    '  fi',
    '  case "$name" in',
    ...cases,
    '  esac',
    '}',
    '# Loaded from a file of fpath, it is what completes the first time; read by source, it is not.',
    'if [[ "$funcstack[1]" == _leakguard ]]; then _leakguard "$@"; else compdef _leakguard leakguard; fi',
  ]
}

function fish() {
  const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const line = (when, ...rest) => ['complete -c leakguard -n', when, ...rest].join(' ')
  const of = (name) => `'__fish_seen_subcommand_from ${name}'`
  const flag = (when) => ([name, { value, short, help }]) => {
    const takes = value === undefined ? [] : [FILES.has(value) ? '-r' : '-x']
    return line(when, `-l ${name}`, ...(short ? [`-s ${short}`] : []), ...takes, `-d ${quoted(help)}`)
  }
  const words = (name) => {
    const given = wordsOf(name)
    return given === undefined ? [] : [line(of(name), '-f', ...(given.length > 0 ? [`-a ${quoted(given.join(' '))}`] : []))]
  }
  return [
    '# leakguard: leakguard completion fish > ~/.config/fish/completions/leakguard.fish',
    ...Object.entries(COMMANDS).map(([name, { summary }]) => line('__fish_use_subcommand', '-f', `-a ${name}`, `-d ${quoted(summary)}`)),
    ...Object.entries(ALONE).map(flag('__fish_use_subcommand')),
    ...Object.keys(COMMANDS).flatMap((name) => [...flagsOf(name).map(flag(of(name))), ...words(name)]),
  ]
}

module.exports = { completionCommand }
