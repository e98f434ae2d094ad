'use strict'

const { spawn } = require('node:child_process')
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { temporaryFolder } = require('../temporary-folder.js')

/**
 * Opens a page in the user's browser, if there is one; answers what takes back what that left. Its URL has a secret, and every user of a machine
 * sees what programs are started with: so the browser gets a file that only this user can read, which leads there.
 */
function openInBrowser(url, { env = process.env, platform = process.platform } = {}) {
  const opener = openerOf(platform, env)
  if (opener === undefined) return () => {}
  const { path, remove } = temporaryFolder('view')
  const file = join(path, 'leakguard.html')
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${url}"><title>leakguard</title>`, { mode: 0o600 })
  const [program, ...args] = opener
  const child = spawn(program, [...args, file], { stdio: 'ignore', detached: true })
  child.on('error', () => {}) // the URL is on the terminal
  child.unref()
  return remove
}

function openerOf(platform, env) {
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['explorer.exe']
  // Without a desktop it would be a browser in the terminal, or an error there.
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined
}

module.exports = { openInBrowser }
