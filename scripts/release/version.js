'use strict'

// `npm run set-version 1.2.3`: one version for the package, its crates and both lock files.

const { execFileSync } = require('node:child_process')
const { readFileSync, writeFileSync } = require('node:fs')
const { join, resolve } = require('node:path')

const [version, folder = join(__dirname, '..', '..')] = process.argv.slice(2)
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version ?? '')) {
  console.error('npm run set-version VERSION, for example 1.2.3 or 1.2.3-beta.1')
  process.exit(1)
}

const root = resolve(folder)
const old = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version

replace('package.json', /^ {2}"version": ".*"/m, `  "version": "${version}"`)
replace('package-lock.json', /"version": ".*"/, `"version": "${version}"`) // the lock's own
replace('package-lock.json', /("": \{\s*"name": "leakguard",\s*"version": )".*"/, `$1"${version}"`)
replace('Cargo.toml', /(\[workspace\.package\]\s*version = )".*"/, `$1"${version}"`)
for (const crate of ['leakguard', 'leakguard-core', 'leakguard-process']) {
  replace('Cargo.lock', new RegExp(`(name = "${crate}"\\nversion = )".*"`), `$1"${version}"`)
}
// The generated loader names the version that its platform packages must have.
replace('binding.js', new RegExp(old.replaceAll('.', '\\.'), 'g'), version)
if (root === join(__dirname, '..', '..')) execFileSync('cargo', ['metadata', '--locked', '--format-version', '1'], { cwd: root, stdio: 'ignore' })
console.log(`${old} is now ${version}: write the CHANGELOG's heading, commit, tag v${version}`)

function replace(name, pattern, text) {
  const path = join(root, name)
  const before = readFileSync(path, 'utf8')
  if (!pattern.test(before)) throw new Error(`${name} has no ${pattern}`)
  pattern.lastIndex = 0
  writeFileSync(path, before.replace(pattern, text))
}
