'use strict'

// Compiles and lints the Rust code, its tests included, for every platform that a package is published for and whose standard library
// is installed (`rustup target add TARGET`). With --all, one that is not installed is a failure. Needs no network and no compiler of C: nothing is
// linked, so Cargo is told that the C code of `zstd` is there.

const { execFileSync, spawnSync } = require('node:child_process')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const { targets } = require('../package.json').napi

const installed = targets.filter(hasStandardLibrary)
const missing = targets.filter((target) => !installed.includes(target))
const each = installed.flatMap((target) => {
  const asked = [`target.${target}.zstd.rustc-link-lib=["zstd"]`]
  // The addon is a library for whatever libc Node has loaded.
  if (target.endsWith('-musl')) asked.push(`target.${target}.rustflags=["-C", "target-feature=-crt-static"]`)
  return ['--target', target, ...asked.flatMap((setting) => ['--config', setting])]
})
const { status, error } = spawnSync('cargo', ['clippy', '--workspace', '--all-targets', '--locked', ...each, '--', '-D', 'warnings'], { cwd: root, stdio: 'inherit' })
if (error) throw error

const compiled = status === 0
if (compiled) console.log(`platforms: ${installed.join(' ')} compile without a warning`)
if (missing.length > 0) console.log(`platforms: not looked at: rustup target add ${missing.join(' ')}`)
process.exitCode = compiled && !(missing.length > 0 && process.argv.includes('--all')) ? 0 : 1

function hasStandardLibrary(target) {
  return existsSync(execFileSync('rustc', ['--print', 'target-libdir', '--target', target], { cwd: root, encoding: 'utf8' }).trim())
}
