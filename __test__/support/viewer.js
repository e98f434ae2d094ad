'use strict'

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const readline = require('node:readline')

const CLI = join(__dirname, '..', '..', 'bin', 'leakguard.js')

/** `leakguard view` over these files, gone after the test: `{ url, child, stderr() }`. */
async function viewer(test, files, flags = []) {
  const child = spawn(process.execPath, [CLI, 'view', '--no-open', ...flags, ...files], { stdio: ['ignore', 'pipe', 'pipe'] })
  test.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const [url] = await Promise.race([
    once(readline.createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`view ended with ${code}: ${stderr}`))),
  ])
  return { url, child, stderr: () => stderr }
}

module.exports = { viewer }
