'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')
const { folderFor } = require('./support/folder.js')
const { root } = require('./support/child.js')

const FILES = ['package.json', 'package-lock.json', 'Cargo.toml', 'Cargo.lock', 'binding.js']

function copy(folder) {
  for (const name of FILES) fs.copyFileSync(join(root, name), join(folder, name))
}

const script = (name, args, env) =>
  spawnSync(process.execPath, [join(root, 'scripts', 'release', name), ...args], { encoding: 'utf8', env: { ...process.env, GITHUB_REF_NAME: undefined, ...env } })

test('one command sets the version everywhere', (t) => {
  const folder = folderFor(t)
  copy(folder)
  const { version: old } = require('../package.json')
  assert.equal(script('version.js', ['7.8.9-beta.1', folder]).status, 0)
  const read = (name) => fs.readFileSync(join(folder, name), 'utf8')
  assert.equal(JSON.parse(read('package.json')).version, '7.8.9-beta.1')
  const lock = JSON.parse(read('package-lock.json'))
  assert.deepEqual([lock.version, lock.packages[''].version], ['7.8.9-beta.1', '7.8.9-beta.1'])
  assert.match(read('Cargo.toml'), /\[workspace\.package\]\nversion = "7\.8\.9-beta\.1"/)
  assert.equal(read('Cargo.lock').match(/name = "leakguard[\w-]*"\nversion = "7\.8\.9-beta\.1"/g).length, 3)
  assert.ok(!read('binding.js').includes(`'${old}'`))
  assert.equal(script('version.js', ['next', folder]).status, 1)
})

test('nothing is published until every platform has its addon, of one version', (t) => {
  const folder = folderFor(t)
  copy(folder)
  const missing = script('complete.js', [folder])
  assert.equal(missing.status, 1)
  assert.match(missing.stderr, /npm\/linux-x64-gnu is missing/)

  execFileSync(process.execPath, [join(root, 'node_modules/@napi-rs/cli/dist/cli.js'), 'create-npm-dirs', '--cwd', folder], { stdio: 'ignore' })
  const { targets } = require('../package.json').napi
  assert.equal(fs.readdirSync(join(folder, 'npm')).length, targets.length)
  for (const name of fs.readdirSync(join(folder, 'npm'))) {
    fs.writeFileSync(join(folder, 'npm', name, `leakguard.${name}.node`), Buffer.alloc(200_000))
  }
  assert.equal(script('complete.js', [folder]).stderr, '')
  assert.match(script('complete.js', [folder], { GITHUB_REF_NAME: 'v9.9.9' }).stderr, /the tag v9\.9\.9 is not v/)

  fs.writeFileSync(join(folder, 'npm', 'darwin-arm64', 'leakguard.darwin-arm64.node'), 'empty')
  fs.rmSync(join(folder, 'npm', 'win32-x64-msvc', 'leakguard.win32-x64-msvc.node'))
  const { status, stderr } = script('complete.js', [folder])
  assert.equal(status, 1)
  assert.match(stderr, /darwin-arm64.*is no addon: 5 bytes/)
  assert.match(stderr, /win32-x64-msvc has no leakguard\.win32-x64-msvc\.node/)
})
