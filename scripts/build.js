'use strict'

// Builds the addon and its generated loader, optimised, for this machine.

const { spawnSync } = require('node:child_process')
const { join } = require('node:path')

const root = join(__dirname, '..')
const napi = require.resolve('@napi-rs/cli').replace(/dist.*$/, join('dist', 'cli.js'))
const options = ['--platform', '--release', '--js', 'binding.js', '--dts', 'binding.d.ts']

const { status, error } = spawnSync(process.execPath, [napi, 'build', ...options, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
if (error) throw error
process.exitCode = status ?? 1
