'use strict'

// node scripts/release/smoke.js linux-arm64-gnu ADDON COMMAND…
// Packs the package and a platform's addon as they are published, unpacks them into an empty project, and runs what a user would run, by a
// COMMAND that is that platform's Node.js: an emulator's too. By hand: CONTRIBUTING.md says how. Ends with 1 where something fails or hangs.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const { tmpdir } = require('node:os')
const { join, resolve } = require('node:path')
const { packed } = require('../../__test__/support/packages.js')

const LIMIT_MS = 600_000
/** What a twin may say where it cannot be had. */
const REFUSALS = ['ERR_LEAKGUARD_UNSUPPORTED', 'ERR_LEAKGUARD_TWIN', 'ERR_LEAKGUARD_HEADROOM']

const PROGRAM = `
const leakguard = require('leakguard')
async function main() {
  const { twin, gcFeed, walker, reasons } = leakguard.capabilities()
  console.log('here', process.platform, process.arch, process.version, JSON.stringify({ twin, gcFeed, walker, reasons }))
  console.log('sample', leakguard.sample({ fields: 'all' }).heapUsed > 0)
  await leakguard.writeSnapshot('inline.heapsnapshot', { mode: 'inline' })
  console.log('inline', (await leakguard.analyze('inline.heapsnapshot')).nodeCount > 1000)
  const taken = leakguard.writeSnapshot('twin.heapsnapshot', { mode: 'twin' })
  console.log('twin', await taken.then(async () => (await leakguard.analyze('twin.heapsnapshot')).nodeCount > 1000, ({ code, message }) => code + ' ' + message))
}
main()`

const [platform, addon, command, ...args] = process.argv.slice(2)
if (command === undefined) throw new Error('node scripts/release/smoke.js PLATFORM ADDON COMMAND…')
const folder = fs.mkdtempSync(join(tmpdir(), 'leakguard-smoke-'))
const project = join(folder, 'project')
try {
  const { main, addon: own } = packed(folder, `leakguard.${platform}.node`, resolve(addon))
  unpack(main, 'leakguard')
  unpack(own, `leakguard-${platform}`)
  fs.writeFileSync(join(project, 'package.json'), '{}')
  fs.writeFileSync(join(project, 'program.js'), PROGRAM)
  const output = execFileSync(command, [...args, 'program.js'], { cwd: project, encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'inherit'] })
  process.stdout.write(output)
  const said = Object.fromEntries(output.trim().split('\n').map((line) => line.split(/ (.*)/)))
  const works = said.sample === 'true' && said.inline === 'true' && (said.twin === 'true' || REFUSALS.includes(said.twin?.split(' ')[0]))
  console.log(works ? `${platform}: works` : `${platform}: does not work`)
  process.exitCode = works ? 0 : 1
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}

function unpack(tarball, name) {
  const to = join(project, 'node_modules', name)
  fs.mkdirSync(to, { recursive: true })
  execFileSync('tar', ['xzf', tarball, '-C', to, '--strip-components=1'])
}
