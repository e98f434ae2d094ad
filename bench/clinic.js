'use strict'
// node clinic.js [--seconds 30] [--dry]
// Runs the example server that leaks and its repaired version under one load with `leakguard run` and with `clinic doctor`, and writes what
// each says into docs/performance.md (--dry: to the terminal only). clinic is installed into .cache. With this Node for all.

const { execFileSync, spawnSync } = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { parseArgs } = require('util')
const { cache } = require('./peers')
const { plainTable, replaceTable } = require('./table')

const root = path.join(__dirname, '..')
const CLINIC = '13.0.0'
const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '30' }, dry: { type: 'boolean' } } })

function clinic() {
  const folder = path.join(cache, 'clinic')
  const program = path.join(folder, 'node_modules/clinic/bin.js')
  if (!fs.existsSync(program)) {
    fs.mkdirSync(folder, { recursive: true })
    execFileSync('npm', ['install', '--prefix', folder, `clinic@${CLINIC}`, '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: 'inherit' })
  }
  return program
}

/** Runs a tool in a folder of its own: `{ seconds, output, folder }`. */
function run(args) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-bench-'))
  const began = process.hrtime.bigint()
  // Without an answer to its question about statistics it does nothing.
  const env = { ...process.env, NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1', PORT: '0' }
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1e8 })
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, output: stdout, folder }
}

const load = `"${process.execPath}" "${path.join(__dirname, 'load.js')}" ${options.seconds}`

function doctor(app) {
  const { seconds, folder } = run([clinic(), 'doctor', '--on-port', load, '--', process.execPath, app])
  const pages = path.join(folder, '.clinic')
  const page = fs.existsSync(pages) && fs.readdirSync(pages).find((name) => name.endsWith('.html'))
  const text = page ? fs.readFileSync(path.join(pages, page), 'utf8') : ''
  const [, category] = /"issueCategory":"([^"]*)"/.exec(text) ?? []
  const [, memory] = /"memory":(\{[^}]*\})/.exec(text) ?? []
  fs.rmSync(folder, { recursive: true })
  if (category === undefined) return `no page (${seconds.toFixed(0)} s)`
  const kinds = Object.entries(JSON.parse(memory)).filter(([, issue]) => issue !== 'none').map(([name]) => name)
  return `issue: \`${category}\`; memory: ${kinds.length > 0 ? kinds.join(', ') : 'none'} (${seconds.toFixed(0)} s)`
}

function own(app) {
  const { seconds, output, folder } = run([path.join(root, 'bin/leakguard.js'), 'run', '--json', '--no-html', '--on-port', load, '--', process.execPath, app])
  fs.rmSync(folder, { recursive: true })
  const { verdict, findings: [{ headline }] } = JSON.parse(output)
  return `\`${verdict}\`: ${headline} (${seconds.toFixed(0)} s)`
}

const rows = ['memory-leak.js', 'memory-leak-fixed.js'].map((name) => {
  const app = path.join(root, 'examples', name)
  return [`examples/${name}`, own(app), doctor(app)]
})
const table = `${plainTable(['app', '`leakguard run`', `\`clinic doctor\` ${CLINIC}`], rows)}\n\nThe same load for both, ${options.seconds} s; with each the time until it said so.`
console.log(table)
if (!options.dry) replaceTable(path.join(root, 'docs/performance.md'), 'clinic', table)
