'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')
const { root } = require('./child.js')
const { addonName } = require('../../lib/native-build.js')

const platform = addonName().split('.')[1]

/** Packs what would be published into a folder: `{ main, addon }`, the tarballs of the package and of this platform's addon. */
function packed(folder) {
  return { main: tarball(root, folder), addon: tarball(platformPackage(folder), folder) }
}

function tarball(of, folder) {
  const answer = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: of, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const [{ filename }] = [JSON.parse(answer)].flat().map((one) => one.filename ? one : Object.values(one)[0])
  return join(folder, filename)
}

/** The folder that the release fills for this platform, made as the release makes it. */
function platformPackage(folder) {
  fs.copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  const napi = join(root, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js')
  execFileSync(process.execPath, [napi, 'create-npm-dirs', '--cwd', folder], { stdio: 'ignore' })
  const own = join(folder, 'npm', platform)
  fs.copyFileSync(join(root, addonName()), join(own, addonName()))
  return own
}

module.exports = { packed }
