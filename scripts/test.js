'use strict'

// The JavaScript tests, with this Node: two files at a time, because many of them wait for timers and processes. Arguments
// are names of test files, instead of all. Ends with the tests' exit code.

const { spawnSync } = require('node:child_process')
const { readdirSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const FOLDER = '__test__'
const OPTIONS = ['--test', '--test-timeout=600000', '--test-concurrency=2']

const named = process.argv.slice(2)
const files = named.length > 0 ? named : readdirSync(join(root, FOLDER)).filter((name) => name.endsWith('.test.js')).map((name) => join(FOLDER, name))
const { status, error } = spawnSync(process.execPath, [...OPTIONS, ...files], { cwd: root, stdio: 'inherit' })
if (error) throw error
process.exitCode = status ?? 1
