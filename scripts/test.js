'use strict'

// The JavaScript tests, with this Node: three files at a time, because many of them wait for timers and processes. Arguments
// are names of test files, instead of all. With --again, files that failed are run once more, alone: much is tested in
// processes under load, and on a machine that stalls for seconds one of a thousand expectations may meet the stall. What
// fails twice fails; what passed the second time is named at the end. With --other-node, what one Node has told is left out: how the
// package installs, what a browser makes of the pages (what they are sent is tested with every Node), how reports are printed, what is
// redacted, what the guard of memory and disk refuses, and `leakguard run`; and what grows is named by walks, not by V8's snapshots. Ends with the
// tests' exit code.

const { spawnSync } = require('node:child_process')
const { mkdtempSync, readFileSync, readdirSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join, relative, resolve } = require('node:path')

const root = join(__dirname, '..')
const FOLDER = '__test__'

const again = process.argv.includes('--again')
const ONCE = ['packages', 'release', 'page', 'view-page', 'cli', 'cli-input', 'convert', 'report-formats', 'report-text', 'terminal', 'redact', 'headroom', 'run']
const isOther = process.argv.includes('--other-node')
const left = isOther ? ONCE.map((name) => `${name}.test.js`) : []
const named = process.argv.slice(2).filter((name) => !name.startsWith('--'))
const all = () => readdirSync(join(root, FOLDER)).filter((name) => name.endsWith('.test.js') && !left.includes(name))
const files = named.length > 0 ? named : all().map((name) => join(FOLDER, name))

const first = tests(files, 3)
process.exitCode = again && first.failed.length > 0 ? onceMore(first.failed) : first.status

function onceMore(failed) {
  console.log(`\nonce more, alone: ${failed.join(' ')}`)
  const { status } = tests(failed, 1)
  if (status === 0) console.log(`\npassed at the second try only: ${failed.join(' ')}`)
  return status
}

/** Runs test files, so many at a time: `{ status, failed }`, the failed ones relative to the project. */
function tests(names, atOnce) {
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-tests-'))
  const list = join(folder, 'failed')
  const reporters = [['spec', 'stdout'], [join(__dirname, 'failed-files.js'), list]]
  const options = [
    '--test',
    '--test-timeout=600000',
    `--test-concurrency=${atOnce}`,
    ...reporters.flatMap(([reporter, to]) => [`--test-reporter=${reporter}`, `--test-reporter-destination=${to}`]),
  ]
  try {
    const { status, error } = spawnSync(process.execPath, [...options, ...names], { cwd: root, stdio: 'inherit', env: { ...process.env, ...(isOther && { LEAKGUARD_OTHER_NODE: '1' }) } })
    if (error) throw error
    const failed = readFileSync(list, 'utf8').split('\n').filter(Boolean)
    return { status: status ?? 1, failed: failed.map((name) => relative(root, resolve(root, name))) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
