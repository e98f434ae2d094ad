'use strict'

// Builds the addon from the Rust sources that the package carries, for platforms that have no package of their own.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const { join } = require('node:path')
const { LeakguardError } = require('./errors.js')

const ROOT = join(__dirname, '..')
const LIBRARY = { win32: 'leakguard.dll', darwin: 'libleakguard.dylib' }[process.platform] ?? 'libleakguard.so'

/** The addon's file name on this platform, as binding.js looks for it. */
function addonName() {
  const abi = { linux: isMusl() ? '-musl' : '-gnu', win32: '-msvc' }[process.platform] ?? ''
  return `leakguard.${process.platform}-${process.arch}${abi}.node`
}

function isMusl() {
  return process.report.getReport().header.glibcVersionRuntime === undefined
}

/** Does the addon load, from here or from a package of the platform? Asked in a process of its own: nothing stays loaded. */
function addonLoads() {
  return spawnSync(process.execPath, ['-e', `require(${JSON.stringify(join(ROOT, 'binding.js'))})`], { stdio: 'ignore' }).status === 0
}

function hasCargo() {
  return spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0
}

/**
 * Builds with cargo, as locked, in a passing folder; puts the addon into its place when it is whole and loads. Answers its path.
 * Throws a LeakguardError that says what is missing.
 */
function buildNative({ stdio = 'inherit' } = {}) {
  if (!hasCargo()) throw missing('cargo is not there: install Rust (https://rustup.rs), then run "npx leakguard build-native"')
  const path = join(ROOT, addonName())
  const pending = join(ROOT, `.leakguard-${process.pid}-${Date.now()}.node`)
  const target = fs.mkdtempSync(join(os.tmpdir(), 'leakguard-build-'))
  try {
    requireWritable()
    const command = ['build', '--release', '--locked', '--lib', '--manifest-path', join(ROOT, 'Cargo.toml'), '--target-dir', target]
    const { status, error } = spawnSync('cargo', command, { cwd: ROOT, stdio })
    if (error) throw missing(`cargo could not be started: ${error.message}`, error)
    if (status !== 0) throw missing('cargo could not build the addon; its messages are above')
    fs.copyFileSync(join(target, 'release', LIBRARY), pending)
    const check = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(pending)})`], { encoding: 'utf8' })
    if (check.status !== 0) throw missing(`what cargo built does not load: ${check.stderr.trim()}`)
    fs.renameSync(pending, path)
    return path
  } finally {
    fs.rmSync(pending, { force: true })
    fs.rmSync(target, { recursive: true, force: true })
  }
}

/** Asked before minutes of building. */
function requireWritable() {
  try {
    fs.accessSync(ROOT, fs.constants.W_OK)
  } catch (error) {
    throw missing(`${ROOT} cannot be written to: build where it can, and copy ${addonName()} there`, error)
  }
}

function missing(message, cause) {
  return new LeakguardError('ERR_LEAKGUARD_NATIVE_MISSING', message, cause && { cause })
}

module.exports = { addonName, addonLoads, hasCargo, buildNative }
