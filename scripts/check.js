'use strict'

// All that CI runs after `npm test`: format, lints, types, generated files, Rust's tests, and the JavaScript tests, the
// demo of `npm start` among them, on every supported line of Node.js. Stops at the first step that fails.

const { spawnSync } = require('node:child_process')
const { readFileSync, readdirSync, statSync } = require('node:fs')
const { join } = require('node:path')
const { nodes, environmentOf } = require('./nodes.js')

const root = join(__dirname, '..')
const GENERATED = ['binding.js', 'binding.d.ts', 'docs/api']

// With --tested the tests of the running Node are left out: `npm test` has just run them.
const tested = process.argv.includes('--tested')
const started = performance.now()
const times = []

step('set-up', () => run(process.execPath, ['scripts/setup.js']))
step('format of Rust', () => run('cargo', ['fmt', '--all', '--check']))
// With the profile of the tests, so that what both need is compiled once.
step('lints of Rust', () => run('cargo', ['clippy', '--workspace', '--all-targets', '--profile', 'quick', '--locked', '--', '-D', 'warnings']))
step('lints of JavaScript', () => run(process.execPath, ['node_modules/eslint/bin/eslint.js', '.']))
// The second: those of the matchers, with @types/jest, @jest/globals and Vitest.
step('types', () => ['.', '__test__/types'].forEach((project) => run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project])))
step('the lock file names no registry', lockFileIsNeutral)
step('generated files are up to date', generatedFilesAreCurrent)
step('tests of Rust', () => runTwice('cargo', ['test', '--workspace', '--profile', 'quick', '--locked']))
for (const node of nodes()) {
  const env = environmentOf(node)
  if (!tested || node.path !== process.execPath) {
    step(`tests on Node ${node.version}`, () => run(node.path, ['scripts/test.js', '--again', ...(node.path === process.execPath ? [] : ['--other-node'])], { env }))
  }
  if (process.platform === 'linux') {
    step(`25 twins under load on Node ${node.version}`, () => runTwice(node.path, ['__test__/support/twin-stress.js', '25']))
  }
}
for (const { name, seconds } of times) console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}`)
console.log(`check: all is well, after ${secondsSince(started).toFixed(0)} s`)

function step(name, action) {
  const start = performance.now()
  console.log(`\ncheck: ${name}`)
  action()
  const seconds = secondsSince(start)
  times.push({ name, seconds })
  console.log(`check: ${name}: ${seconds.toFixed(1)} s`)
}

function secondsSince(start) {
  return (performance.now() - start) / 1000
}

function run(command, given, options) {
  const { status, error } = spawnSync(command, given, { cwd: root, stdio: 'inherit', ...options })
  if (error) throw error
  if (status !== 0) fail(`${[command, ...given].join(' ')} ended with ${status}`)
}

/** What measures a machine under load may meet a stall of it: it fails if it fails twice. */
function runTwice(command, given, options) {
  const { status } = spawnSync(command, given, { cwd: root, stdio: 'inherit', ...options })
  if (status === 0) return
  console.log(`check: ${[command, ...given].join(' ')} ended with ${status}: once more`)
  run(command, given, options)
}

function fail(message) {
  console.error(`check: ${message}`)
  process.exit(1)
}

/** Everyone installs from the registry of their own configuration. */
function lockFileIsNeutral() {
  if (/"resolved": "http/.test(readFileSync(join(root, 'package-lock.json'), 'utf8'))) {
    fail('package-lock.json holds URLs: make it anew with the .npmrc of this folder')
  }
}

/**
 * The set-up may have made them anew just now, so they are compared with what is committed; where there is no repository, with
 * what was there. With --tested the addon, and what comes with it, was built for the tests.
 */
function generatedFilesAreCurrent() {
  const read = () => GENERATED.map((name) => textOf(join(root, name))).join()
  const before = read()
  for (const script of [...(tested ? [] : ['scripts/build.js']), 'scripts/api/generate.js']) run(process.execPath, [script])
  const { status, stdout } = spawnSync('git', ['status', '--porcelain', '--', ...GENERATED], { cwd: root, encoding: 'utf8' })
  if (before !== read() || (status === 0 && stdout !== '')) {
    fail(`${GENERATED.join(', ')}: not what the Rust sources and the types say; they were made anew just now: commit them`)
  }
}

/** A file's text; of a folder, that of all its files. */
function textOf(path) {
  return statSync(path).isDirectory() ? readdirSync(path).map((name) => textOf(join(path, name))).join() : readFileSync(path, 'utf8')
}
