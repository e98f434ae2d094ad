'use strict'

const { spawnSync } = require('node:child_process')
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { root } = require('./child.js')

/** What shells offer at the end of a line: `offered(script, line, folder)`, sorted, by shell. */
const offered = { bash, zsh, fish }

function isThere(shell) {
  return spawnSync(shell, ['-c', 'true']).status === 0
}

function bash(script, line) {
  const words = line.split(' ')
  const asked = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _leakguard; printf '%s\\n' "\${COMPREPLY[@]}"`
  return lines(run('bash', ['--norc', '-c', `${script}\n${asked}`]))
}

function fish(script, line, folder) {
  const file = join(folder, 'leakguard.fish')
  writeFileSync(file, script)
  return lines(run('fish', ['--no-config', '-c', `source ${file}; complete -C '${line}'`])).map((word) => word.split('\t')[0])
}

/** zsh completes in its line editor only: one on a pseudo-terminal, whose `compadd` notes what it is given. */
function zsh(script, line, folder) {
  const [functions, setup, notes] = ['_leakguard', 'setup', 'notes'].map((name) => join(folder, name))
  writeFileSync(functions, script)
  writeFileSync(notes, '')
  writeFileSync(setup, `
    fpath=(${folder} $fpath)
    autoload -U compinit && compinit -u -D
    compadd() {
      local -a hits
      [[ "\${(j: :)@[1,(i)-]}" == *-[OAD]\\ * ]] || { builtin compadd -A hits "$@"; print -rl -- $hits >> ${notes} }
      builtin compadd "$@"
    }
    told() { zle list-choices; print END >> ${notes} }
    zle -N told
    bindkey '^T' told
    print BEGIN >> ${notes}`)
  const asked = `
    zmodload zsh/zpty
    zpty inner zsh -f -i
    zpty -w inner 'source ${setup}'
    until grep -q BEGIN ${notes}; do sleep 0.05; done
    zpty -w -n inner '${line}'$'\\x14'
    until grep -q END ${notes}; do sleep 0.05; done
    zpty -d inner`
  run('zsh', ['-f', '-c', asked])
  return lines(readFileSync(notes, 'utf8').split('BEGIN\n')[1].split('END\n')[0])
}

function run(shell, args) {
  const { stdout, stderr, error } = spawnSync(shell, args, { cwd: root, encoding: 'utf8', timeout: 60_000 })
  if (error || stderr) throw error ?? new Error(stderr)
  return stdout
}

function lines(text) {
  return text.split('\n').filter(Boolean).sort()
}

module.exports = { offered, isThere }
