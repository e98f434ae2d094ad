'use strict'
// What leakguard is measured against, installed into this folder, with Chrome DevTools' worker bundled; and the files that all of them read.

const { execFileSync } = require('child_process')
const fs = require('fs')
const path = require('path')
const { finished } = require('stream/promises')

const cache = path.join(__dirname, '.cache')

function installPeers() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  if (!fs.existsSync(path.join(__dirname, 'node_modules'))) execFileSync(npm, ['ci', '--ignore-scripts'], { cwd: __dirname, stdio: 'inherit' })
  fs.mkdirSync(cache, { recursive: true })
  execFileSync(process.execPath, [path.join(__dirname, 'devtools/build.mjs')], { stdio: 'inherit' })
}

/** Installs them where they can run. */
function prepare() {
  if (Number(process.versions.node.split('.')[0]) < 24) throw new Error(`the peers need Node 24 or newer, this is ${process.version}`)
  installPeers()
}

/** Reads the file into the page cache, so that no one pays for the disk. */
function warm(file) {
  return finished(fs.createReadStream(file, { highWaterMark: 1 << 20 }).resume())
}

module.exports = { cache, installPeers, prepare, warm }
