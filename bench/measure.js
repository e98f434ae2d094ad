'use strict'
// One run of a program: wall time of the whole process and its peak memory, as the kernel counts it.

const { spawn } = require('child_process')
const fs = require('fs')
const path = require('path')

const TIME = '/usr/bin/time'

/**
 * @param {string[]} command program and arguments; its output goes nowhere
 * @param {string} scratch a file to write the peak to
 * @param {number[]} accepted the exit codes of one that did it
 * @returns {Promise<{ seconds: number, bytes: number }>}
 */
function measure(command, scratch, accepted = [0]) {
  fs.rmSync(scratch, { force: true })
  // GNU time asks the kernel about any program. Without it, Node programs are asked from within, by a preloaded script.
  const wrapped = fs.existsSync(TIME) ? [TIME, '-f', '%M', '-o', scratch, ...command] : command
  const env = { ...process.env, NODE_OPTIONS: '' }
  if (wrapped === command) Object.assign(env, { NODE_OPTIONS: `--require=${path.join(__dirname, 'peak.js')}`, BENCH_PEAK: scratch })
  return new Promise((resolve, reject) => {
    const from = process.hrtime.bigint()
    const child = spawn(wrapped[0], wrapped.slice(1), { stdio: ['ignore', 'ignore', 'pipe'], env })
    let errors = ''
    child.stderr.on('data', (chunk) => { errors = (errors + chunk).slice(-2000) })
    child.on('error', reject)
    child.on('close', (code) => {
      const seconds = Number(process.hrtime.bigint() - from) / 1e9
      if (!accepted.includes(code)) return reject(new Error(`${command.join(' ')} ended with ${code}: ${errors}`))
      // Of a program that ends with another code than 0, GNU time says that first.
      const peak = fs.existsSync(scratch) ? Number(fs.readFileSync(scratch, 'utf8').trim().split('\n').at(-1)) : NaN
      resolve({ seconds, bytes: peak * 1024 })
    })
  })
}

module.exports = { measure }
