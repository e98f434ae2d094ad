'use strict'

// What set-up and generators share: a command that has to succeed, and a folder's packages.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')

/** Runs a command in a folder, or ends this process with a message. stdout stays free for what comes after it. */
function run(command, given, cwd) {
  process.stderr.write(`leakguard set-up: ${[command, ...given].join(' ')}\n`)
  // Windows finds npm (npm.cmd) through a shell only.
  const { status, error } = spawnSync(command, given, { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (error?.code === 'ENOENT') fail(`${command} is not installed: leakguard is built with Node.js and Rust (https://rustup.rs)`)
  if (error) fail(error.message)
  if (status !== 0) fail(`${command} failed; its messages are above`)
}

function fail(message) {
  process.stderr.write(`leakguard set-up: ${message}\n`)
  process.exit(1)
}

/** npm's packages of a folder, where they are missing or older than its lock file. Install scripts of dependencies are off on purpose: nothing here needs one. */
function installPackages(folder) {
  if (modified(join(folder, 'package-lock.json')) > modified(join(folder, 'node_modules', '.package-lock.json'))) {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder)
  }
}

/** When a file changed, in ms; 0: it is not there. */
function modified(path) {
  return fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

module.exports = { run, installPackages, modified }
