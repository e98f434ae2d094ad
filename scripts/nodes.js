'use strict'

const { spawnSync } = require('node:child_process')
const { existsSync, mkdirSync } = require('node:fs')
const { homedir } = require('node:os')
const { dirname, join } = require('node:path')

/** The versions of Node.js that everything is checked with: pinned here and nowhere else. */
const VERSIONS = ['20.20.2', '22.23.3', '24.21.0', '26.10.0']

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'leakguard', 'nodes')

/** One executable a line of versions: the running Node for its own line, npm's `node-<platform>-<arch>` for the others. */
function nodes() {
  const line = (version) => version.split('.')[0]
  const others = VERSIONS.filter((version) => line(version) !== line(process.versions.node))
  return [{ version: process.versions.node, path: process.execPath }, ...others.map(fetched)]
}

/** Kept outside the tree, so that a clean checkout does not download it again. */
function fetched(version) {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  const folder = join(cache, version)
  const path = join(folder, 'node_modules', name, 'bin', 'node')
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    const install = ['install', '--no-save', '--ignore-scripts', '--prefix', folder, `${name}@${version}`]
    const { status } = spawnSync('npm', install, { cwd: folder, stdio: 'inherit' })
    if (status !== 0) throw new Error(`npm could not fetch ${name}@${version}`)
  }
  return { version, path }
}

/** An environment in which `node` is this Node. */
function environmentOf({ path }) {
  return { ...process.env, PATH: `${dirname(path)}:${process.env.PATH}` }
}

module.exports = { nodes, environmentOf }
