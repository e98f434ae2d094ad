'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')
const { root } = require('./child.js')
const { addonName } = require('../../lib/native-build.js')

/**
 * Packs what would be published into a folder: `{ main, addon }`, the tarballs of the package and of a platform's addon: this one's, or that of
 * `name` (`leakguard.<platform>.node`), which was built at `built`.
 */
function packed(folder, name = addonName(), built = join(root, name)) {
  return { main: tarball(root, folder), addon: tarball(platformPackage(folder, name, built), folder) }
}

function tarball(of, folder) {
  const answer = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: of, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const [{ filename }] = [JSON.parse(answer)].flat().map((one) => one.filename ? one : Object.values(one)[0])
  return join(folder, filename)
}

/** The folder that the release fills for a platform, made as the release makes it. */
function platformPackage(folder, name, built) {
  fs.copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  const napi = join(root, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js')
  execFileSync(process.execPath, [napi, 'create-npm-dirs', '--cwd', folder], { stdio: 'ignore' })
  const own = join(folder, 'npm', name.split('.')[1])
  fs.copyFileSync(built, join(own, name))
  return own
}

module.exports = { packed }
