'use strict'

// All that a fresh clone needs, and nothing where it has it: npm's packages, then the addon.
// Dependencies' install scripts are off on purpose: nothing here needs one.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', 'crates/core/src', 'crates/core/Cargo.toml', 'crates/process', 'package-lock.json']

if (modified('package-lock.json') > modified('node_modules/.package-lock.json')) {
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
}
if (Math.max(...SOURCES.map(newest)) > addonBuilt()) {
  run('cargo', ['--version']) // or the napi CLI says in many words that there is none
  run(process.execPath, [join(__dirname, 'build.js')])
}

function run(command, given) {
  process.stderr.write(`leakguard set-up: ${[command, ...given].join(' ')}\n`)
  // Windows finds npm (npm.cmd) through a shell only. stdout stays free for what comes after the set-up.
  const { status, error } = spawnSync(command, given, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (error?.code === 'ENOENT') fail(`${command} is not installed: leakguard is built with Node.js and Rust (https://rustup.rs)`)
  if (error) fail(error.message)
  if (status !== 0) fail(`${command} failed; its messages are above`)
}

function fail(message) {
  process.stderr.write(`leakguard set-up: ${message}\n`)
  process.exit(1)
}

/** When a file changed, in ms; 0: it is not there. */
function modified(path) {
  return fs.statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** When anything in a file or folder changed. */
function newest(path) {
  const stats = fs.statSync(join(root, path), { throwIfNoEntry: false })
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0
  return Math.max(0, ...fs.readdirSync(join(root, path)).map((name) => newest(join(path, name))))
}

/** When the addon for this machine was built; 0: never, or it does not load here. */
function addonBuilt() {
  const addons = fs.readdirSync(root).filter((name) => name.startsWith(`leakguard.${process.platform}-${process.arch}`) && name.endsWith('.node'))
  return Math.max(0, ...addons.map(modified))
}
