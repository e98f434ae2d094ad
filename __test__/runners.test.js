'use strict'

// Real projects of each runner, as child processes: what they print is compared as a whole.

const test = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { equalsGolden } = require('./support/golden.js')

const project = (...path) => join(__dirname, 'runners', ...path)
const module_ = (...path) => join(root, 'node_modules', ...path)

/** A program's environment without that of the test runner that we run in. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_TEST|NODE_OPTIONS|CI|FORCE_COLOR|GITHUB)/.test(name)))

test('node:test', async () => {
  const { stdout, stderr, code } = await node(['--test', `--test-reporter=${project('node', 'reporter.mjs')}`, project('node', 'leaks.js')], { env })
  assert.equal(code, 1, stderr)
  equalsGolden(stdout, project('node', 'golden.txt'))
})

test('Jest: babel-jest, SWC, TypeScript by both, ES modules; fake timers, a recorded console', async () => {
  const jest = [module_('jest', 'bin', 'jest.js'), '-c', project('jest', 'jest.config.js'), '--runInBand', '--no-cache', '--ignoreProjects', 'reset']
  const { stderr, code } = await node(['--experimental-vm-modules', '--no-warnings', ...jest], { env: { ...env, NO_COLOR: '1' } })
  assert.equal(code, 1, stderr)
  equalsGolden(ofJest(stderr), project('jest', 'golden.txt'))
})

test('Jest in workers, with coverage, and with modules that are loaded anew', async (t) => {
  const coverage = folderFor(t)
  const covered = ['--coverage', '--coverageReporters=json-summary', `--coverageDirectory=${coverage}`]
  const jest = [module_('jest', 'bin', 'jest.js'), '-c', project('jest', 'jest.config.js'), '--workers=2', ...covered]
  const { stderr, code } = await node([...jest, '--selectProjects', 'swc', 'babel-ts', 'reset'], { env })
  assert.equal(code, 0, stderr)
  assert.match(stderr, /Tests: +4 passed, 4 total/)
  assert.match(readFileSync(join(coverage, 'coverage-summary.json'), 'utf8'), /sessions\.js/)
})

for (const pool of ['forks', 'threads', 'vmThreads']) {
  test(`Vitest in ${pool}`, async () => {
    const vitest = [module_('vitest', 'vitest.mjs'), 'run', '-c', project('vitest', 'vitest.config.mjs'), `--pool=${pool}`, '--reporter=verbose']
    const only = pool === 'forks' ? [] : ['-t', 'quick']
    const { stdout, stderr, code } = await node([...vitest, ...only], { env: { ...env, NO_COLOR: '1' } })
    assert.equal(code, pool === 'forks' ? 1 : 0, stderr + stdout)
    // Whether Vitest has given Node its map of the lines by then differs: the line is that of the source, or of what it made of it.
    const place = /(leaks\.test\.ts):[57]:7$/gm
    if (pool === 'forks') equalsGolden(stdout.replace(/^ Test Files[^]*$/m, '').replace(place, '$1:5:7') + stderr.replace(place, '$1:5:7'), project('vitest', 'golden.txt'))
    else assert.match(stdout, /2 passed/)
  })
}

/** Suites in the order of their names: Jest prints first what was done first. */
function ofJest(output) {
  const parts = output.replace(/^(Test Suites|Tests|Snapshots|Time|Ran all).*\n?/gm, '').split(/^(?=(?:PASS|FAIL) )/m)
  return parts.filter((part) => /^(PASS|FAIL) /.test(part)).map((part) => part.trim()).sort().join('\n\n') + '\n'
}
