'use strict'
// Installs what leakguard is measured against into this folder, and bundles Chrome DevTools' worker.

const { execFileSync } = require('child_process')
const fs = require('fs')
const path = require('path')

function installPeers() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  if (!fs.existsSync(path.join(__dirname, 'node_modules'))) execFileSync(npm, ['ci', '--ignore-scripts'], { cwd: __dirname, stdio: 'inherit' })
  fs.mkdirSync(path.join(__dirname, '.cache'), { recursive: true })
  execFileSync(process.execPath, [path.join(__dirname, 'devtools/build.mjs')], { stdio: 'inherit' })
}

module.exports = { installPeers }
