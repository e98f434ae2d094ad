'use strict'

// All that a fresh clone needs, and nothing where it has it: npm's packages, then the addon.

const fs = require('node:fs')
const { join } = require('node:path')
const { installPackages, modified, run } = require('./steps.js')

const root = join(__dirname, '..')
const SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', 'crates/core/src', 'crates/core/Cargo.toml', 'crates/process', 'package-lock.json']

installPackages(root)
if (Math.max(...SOURCES.map((name) => newest(join(root, name)))) > addonBuilt()) {
  run('cargo', ['--version'], root) // or the napi CLI says in many words that there is none
  run(process.execPath, [join(__dirname, 'build.js')], root)
}

/** When anything in a file or folder changed. */
function newest(path) {
  const stats = fs.statSync(path, { throwIfNoEntry: false })
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0
  return Math.max(0, ...fs.readdirSync(path).map((name) => newest(join(path, name))))
}

/** When the addon for this machine was built; 0: never, or it does not load here. */
function addonBuilt() {
  const addons = fs.readdirSync(root).filter((name) => name.startsWith(`leakguard.${process.platform}-${process.arch}`) && name.endsWith('.node'))
  return Math.max(0, ...addons.map((name) => modified(join(root, name))))
}
