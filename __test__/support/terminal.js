'use strict'

const { spawn, spawnSync } = require('node:child_process')
const { root } = require('./child.js')

/** What in the environment of a test run would tell Node of colours: a terminal of our own asks only `TERM`. */
const COLOURS = { CI: undefined, FORCE_COLOR: undefined, NODE_DISABLE_COLORS: undefined, NO_COLOR: undefined, TERM: 'xterm' }

/**
 * A terminal for programs of this Node, by util-linux' `script`: a function of arguments and environment that answers
 * `{ output, closed }`. Undefined where there is none.
 */
function terminal() {
  if (process.platform !== 'linux' || spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') !== true) return undefined
  return (args, env) => {
    const command = [process.execPath, ...args].map((word) => `'${word}'`).join(' ')
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: root, env: { ...process.env, ...COLOURS, ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
    const shown = { output: '', child }
    child.stdout.setEncoding('utf8').on('data', (text) => (shown.output += text))
    shown.closed = new Promise((resolve) => child.on('close', resolve))
    return shown
  }
}

module.exports = { terminal }
