'use strict'

// The gate before anything is published: every platform's package has its addon, and all agree on one version.

const { existsSync, readFileSync, statSync } = require('node:fs')
const { join, resolve } = require('node:path')

const root = resolve(process.argv[2] ?? join(__dirname, '..', '..'))
const read = (...parts) => JSON.parse(readFileSync(join(root, ...parts), 'utf8'))
const { version, napi } = read('package.json')

const problems = napi.targets.flatMap((target) => {
  const name = platformOf(target)
  const folder = join('npm', name)
  if (!existsSync(join(root, folder, 'package.json'))) return [`${folder} is missing`]
  const own = read(folder, 'package.json')
  const addon = join(root, folder, own.main)
  if (own.version !== version) return [`${folder} has version ${own.version}, not ${version}`]
  if (!existsSync(addon)) return [`${folder} has no ${own.main}`]
  return statSync(addon).size > 100_000 ? [] : [`${folder}/${own.main} is no addon: ${statSync(addon).size} bytes`]
})
const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8')
if (!lock.includes(`name = "leakguard"\nversion = "${version}"`)) problems.push(`Cargo.lock has another version than ${version}`)
const tag = process.env.GITHUB_REF_NAME
if (tag !== undefined && tag !== `v${version}`) problems.push(`the tag ${tag} is not v${version}`)

for (const problem of problems) console.error(`not to be published: ${problem}`)
if (problems.length === 0) console.log(`complete: ${napi.targets.length} platforms, ${version}`)
process.exitCode = problems.length === 0 ? 0 : 1

/** `x86_64-unknown-linux-gnu` is `linux-x64-gnu`. */
function platformOf(target) {
  const [machine, , system, abi] = target.split('-')
  const platform = { darwin: 'darwin', windows: 'win32' }[system] ?? system
  return [platform, { x86_64: 'x64', aarch64: 'arm64' }[machine], abi].filter(Boolean).join('-')
}
