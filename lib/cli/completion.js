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

function flagsOf(name) {
  return Object.entries({ ...COMMANDS[name].flags, ...GLOBAL })
}

/** Words that a command takes instead of files: `bash|zsh|fish`. */
function wordsOf(name) {
  const { arguments: given } = COMMANDS[name]
  return /^[\w-]+(\|[\w-]+)+$/.test(given) ? given.split('|') : undefined
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
    `    COMPREPLY=($(compgen -W "${Object.keys(COMMANDS).join(' ')} --help --version" -- "$word"))`,
    '    return',
    '  fi',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '    *) return ;;',
    '  esac',
    '  case "$word" in',
    '    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;',
    '    *) COMPREPLY=($(compgen -W "${words%%--*}" -- "$word") $(compgen -f -- "$word")) ;;',
    '  esac',
    '}',
    'complete -o filenames -o bashdefault -F _leakguard leakguard',
  ]
}

function zsh() {
  const quoted = (text) => text.replaceAll("'", "'\\''")
  const described = Object.entries(COMMANDS).map(([name, { summary }]) => `    '${name}:${quoted(summary.replaceAll(':', '\\:'))}'`)
  const flag = ([name, { value, help }]) => `'--${name}${value ? '=' : ''}[${quoted(help.replaceAll(/[[\]:]/g, '\\$&'))}]${value ? `:${value}:` : ''}'`
  const cases = Object.keys(COMMANDS).map((name) => {
    const words = wordsOf(name)
    return `    ${name}) _arguments ${flagsOf(name).map(flag).join(' ')} '*:${words ? `word:(${words.join(' ')})` : 'file:_files'}' ;;`
  })
  return [
    '#compdef leakguard',
    '# leakguard: leakguard completion zsh > "${fpath[1]}/_leakguard"',
    '_leakguard() {',
    '  local -a commands',
    '  commands=(',
    ...described,
    '  )',
    '  if (( CURRENT == 2 )); then',
    "    _describe 'command' commands",
    '    return',
    '  fi',
    '  local command="$words[2]"',
    '  shift words',
    '  (( CURRENT-- ))',
    '  case "$command" in',
    ...cases,
    '  esac',
    '}',
    'compdef _leakguard leakguard',
  ]
}

function fish() {
  const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const line = (name, [flag, { value, short, help }]) =>
    `complete -c leakguard -n '__fish_seen_subcommand_from ${name}' -l ${flag}${short ? ` -s ${short}` : ''}${value ? ' -r' : ''} -d ${quoted(help)}`
  const words = (name) => (wordsOf(name) ? [`complete -c leakguard -n '__fish_seen_subcommand_from ${name}' -f -a '${wordsOf(name).join(' ')}'`] : [])
  return [
    '# leakguard: leakguard completion fish > ~/.config/fish/completions/leakguard.fish',
    ...Object.entries(COMMANDS).map(([name, { summary }]) => `complete -c leakguard -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`),
    ...Object.keys(COMMANDS).flatMap((name) => [...flagsOf(name).map((flag) => line(name, flag)), ...words(name)]),
  ]
}

module.exports = { completionCommand }
