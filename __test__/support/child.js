'use strict'

const { spawn } = require('node:child_process')
const { join } = require('node:path')

const root = join(__dirname, '..', '..')

/** A child that runs for longer hangs: it is killed, so that its test fails before the time of all tests is up. */
const DEADLINE_MS = 300_000

/** Runs this Node with `args` in the project's folder; resolves to `{ code, signal, stdout, stderr }` when it has ended. */
function node(args, { input, ...options } = {}) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], timeout: DEADLINE_MS, killSignal: 'SIGKILL', ...options })
  const result = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (result[name] += text))
  child.stdin.on('error', () => {}) // a program that does not read its input
  if (input?.pipe) input.pipe(child.stdin)
  else child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ ...result, code, signal }))
  })
}

/** Runs a program given as text, in which `leakguard` is the module; what it prints as JSON is the answer. */
async function program(source, { args = [], ...options } = {}) {
  const { code, signal, stdout, stderr } = await node([...args, '-e', `const leakguard = require('leakguard');${source}`], options)
  if (code !== 0) throw new Error(`the program ended with ${code ?? signal}: ${stderr}`)
  return stdout === '' ? undefined : JSON.parse(stdout)
}

module.exports = { node, program, root }
