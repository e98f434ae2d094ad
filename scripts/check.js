'use strict'

// All that CI runs after `npm test`: format, lints, types, generated files, Rust's tests, and the JavaScript tests and the
// demo on every supported line of Node.js. Stops at the first step that fails.

const { spawnSync } = require('node:child_process')
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { nodes, environmentOf } = require('./nodes.js')

const root = join(__dirname, '..')
const GENERATED = ['binding.js', 'binding.d.ts']

step('set-up', () => run(process.execPath, ['scripts/setup.js']))
step('format of Rust', () => run('cargo', ['fmt', '--all', '--check']))
step('lints of Rust', () => run('cargo', ['clippy', '--workspace', '--all-targets', '--locked', '--', '-D', 'warnings']))
step('lints of JavaScript', () => run(process.execPath, ['node_modules/eslint/bin/eslint.js', '.']))
step('types', () => run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.']))
step('the lock file names no registry', lockFileIsNeutral)
step('generated files are up to date', generatedFilesAreCurrent)
step('tests of Rust', () => run('cargo', ['test', '--workspace', '--release', '--locked']))
for (const node of nodes()) {
  const env = environmentOf(node)
  step(`tests on Node ${node.version}`, () => run(node.path, ['--test', '--test-timeout=300000', ...testFiles()], { env }))
  if (process.platform === 'linux') {
    step(`25 twins under load on Node ${node.version}`, () => run(node.path, ['__test__/support/twin-stress.js', '25']))
  }
  step(`npm start on Node ${node.version}`, () => run('npm', ['start'], { env }))
}
console.log('check: all is well')

function step(name, action) {
  const start = performance.now()
  console.log(`\ncheck: ${name}`)
  action()
  console.log(`check: ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
}

function run(command, given, options) {
  const { status, error } = spawnSync(command, given, { cwd: root, stdio: 'inherit', ...options })
  if (error) throw error
  if (status !== 0) fail(`${[command, ...given].join(' ')} ended with ${status}`)
}

function fail(message) {
  console.error(`check: ${message}`)
  process.exit(1)
}

function testFiles() {
  const folder = '__test__'
  return readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.js')).map((name) => join(folder, name))
}

/** Everyone installs from the registry of their own configuration. */
function lockFileIsNeutral() {
  if (/"resolved": "http/.test(readFileSync(join(root, 'package-lock.json'), 'utf8'))) {
    fail('package-lock.json holds URLs: make it anew with the .npmrc of this folder')
  }
}

function generatedFilesAreCurrent() {
  const read = () => GENERATED.map((name) => readFileSync(join(root, name), 'utf8'))
  const before = read()
  run(process.execPath, ['scripts/build.js'])
  const changed = GENERATED.filter((_, index) => before[index] !== read()[index])
  if (changed.length > 0) fail(`${changed.join(' and ')} did not fit the Rust sources; the build made them anew: commit them`)
}
