'use strict'

// What users install: the packed tarballs, in projects of their own, by each package manager.

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const { delimiter, dirname, join } = require('node:path')
const { folderFor } = require('./support/folder.js')
const { root } = require('./support/child.js')
const { packed } = require('./support/packages.js')
const { addonName } = require('../lib/native-build.js')

const bin = (name) => join(root, 'node_modules', '.bin', name)
const folder = folderFor(test)
let tarballs
test.before(() => (tarballs = packed(folder)))

const APP = {
  'app.cjs': `const leakguard = require('leakguard')
    leakguard.census({ top: 3 }).then(({ nodeCount }) => console.log('cjs', nodeCount > 1000))`,
  'app.mjs': `import leakguard, { analyze } from 'leakguard'
    console.log('mjs', leakguard.analyze === analyze)`,
  'app.mts': `import leakguard, { type Report } from 'leakguard'
    export const report: Promise<Report> = leakguard.analyze('a.heapsnapshot')`,
  'app.cts': `import leakguard = require('leakguard')
    export const capture: Promise<leakguard.Capture> = leakguard.writeSnapshot()`,
  'tsconfig.json': JSON.stringify({ compilerOptions: { module: 'nodenext', lib: ['esnext'], strict: true, noEmit: true, skipLibCheck: false, types: ['node'] } }),
}

let count = 0
function project(dependencies) {
  const path = join(folder, `project-${++count}`)
  fs.mkdirSync(path)
  const files = { ...APP, 'package.json': JSON.stringify({ name: 'consumer', private: true, dependencies }) }
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(join(path, name), text)
  return path
}

function both() {
  const [main, addon] = [tarballs.main, tarballs.addon].map((path) => `file:${path}`)
  return { leakguard: main, [`leakguard-${addonName().split('.')[1]}`]: addon }
}

/** Runs a command; resolves to what it printed, and to how it ended. */
function run(command, args, cwd, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
    child.on('error', reject).on('close', (code) => resolve({ code, output }))
  })
}

async function succeeds(...command) {
  const { code, output } = await run(...command)
  assert.equal(code, 0, output)
  return output
}

const MANAGERS = {
  npm: ['npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts']],
  pnpm: [bin('pnpm'), ['install', '--offline', '--ignore-scripts', '--store-dir', join(folder, 'store')]],
  yarn: [bin('yarn'), ['install', '--offline', '--ignore-scripts', '--no-lockfile', '--cache-folder', join(folder, 'cache')]],
}

for (const [name, [command, args]] of Object.entries(MANAGERS)) {
  test(`${name} installs the tarballs; CommonJS, ES modules, TypeScript and the command work`, async () => {
    const path = project(both())
    await succeeds(command, args, path)
    assert.equal(await succeeds(process.execPath, ['app.cjs'], path), 'cjs true\n')
    assert.equal(await succeeds(process.execPath, ['app.mjs'], path), 'mjs true\n')
    if (name === 'npm') {
      for (const types of ['@types/node', 'undici-types']) {
        fs.cpSync(join(root, 'node_modules', types), join(path, 'node_modules', types), { recursive: true })
      }
      assert.equal(await succeeds(bin('tsc'), ['-p', '.'], path), '')
    }
    const { version } = require('../package.json')
    assert.equal(await succeeds(join(path, 'node_modules', '.bin', 'leakguard'), ['--version'], path), `${version}\n`)
  })
}

test('bundled by esbuild and webpack as an external', async () => {
  const path = project(both())
  await succeeds(...MANAGERS.npm, path)
  await succeeds(bin('esbuild'), ['app.cjs', '--bundle', '--platform=node', '--external:leakguard', '--outfile=esbuild.cjs'], path)
  fs.writeFileSync(
    join(path, 'pack.cjs'),
    `require(${JSON.stringify(join(root, 'node_modules', 'webpack'))})({
      mode: 'production', target: 'node', context: __dirname, entry: './app.cjs', externals: { leakguard: 'commonjs leakguard' },
      output: { path: __dirname, filename: 'webpack.cjs' },
    }, (error, stats) => { if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exitCode = 1 } })`,
  )
  await succeeds(process.execPath, ['pack.cjs'], path)
  for (const bundle of ['esbuild.cjs', 'webpack.cjs']) assert.equal(await succeeds(process.execPath, [bundle], path), 'cjs true\n')
})

test('without an addon: no install fails, what needs none works, what needs one says how to get it', async () => {
  const path = project({ leakguard: `file:${tarballs.main}` })
  // No cargo on the path, as in a small container: npm's own folder is there, and the shell's.
  const bare = join(folder, 'bare-path')
  fs.mkdirSync(bare)
  for (const tool of ['npm', 'sh', 'node']) fs.symlinkSync(tool === 'node' ? process.execPath : await where(tool), join(bare, tool))
  await succeeds('npm', ['install', '--offline', '--foreground-scripts'], path, { PATH: bare })
  const source = `const leakguard = require('leakguard')
    leakguard.writeSnapshot('a.heapsnapshot', { mode: 'inline' })
      .then(({ mode }) => { console.log(mode, leakguard.sample().heapUsed > 0); return leakguard.analyze('a.heapsnapshot') })
      .catch(({ code, message }) => console.log(code, message))`
  const output = await succeeds(process.execPath, ['-e', source], path)
  assert.match(output, /^inline true\nERR_LEAKGUARD_NATIVE_MISSING .*it is not installed.*npx leakguard build-native/)
})

test('the install script builds from source where cargo is, and puts in place what loads', { skip: process.platform === 'win32' }, async () => {
  // Rust's own work takes minutes: this cargo takes its place, and notes what it was asked for.
  const tools = join(folder, 'tools')
  fs.mkdirSync(tools)
  const library = { darwin: 'libleakguard.dylib' }[process.platform] ?? 'libleakguard.so'
  const script = `#!/bin/sh
    [ "$1" = --version ] && exit 0
    echo "$@" > ${join(folder, 'asked')}
    while [ "$1" != --target-dir ]; do shift; done
    mkdir -p "$2/release" && cp "$ADDON" "$2/release/${library}"`
  fs.writeFileSync(join(tools, 'cargo'), script, { mode: 0o755 })
  const env = { PATH: [tools, dirname(process.execPath), process.env.PATH].join(delimiter), ADDON: join(root, addonName()) }
  const path = project({ leakguard: `file:${tarballs.main}` })
  const installed = join(path, 'node_modules', 'leakguard')
  await succeeds(...MANAGERS.npm, path)

  const broken = await run(process.execPath, [join(installed, 'scripts', 'install.js')], path, { ...env, ADDON: __filename })
  assert.equal(broken.code, 0)
  assert.match(broken.output, /leakguard: ERR_LEAKGUARD_NATIVE_MISSING: what cargo built does not load/)
  assert.deepEqual(fs.readdirSync(installed).filter((name) => name.endsWith('.node')), [])

  await succeeds(process.execPath, [join(installed, 'scripts', 'install.js')], path, env)
  assert.match(fs.readFileSync(join(folder, 'asked'), 'utf8'), /^build --release --locked --lib --manifest-path /)
  assert.deepEqual(fs.readdirSync(installed).filter((name) => name.endsWith('.node')), [addonName()])
  assert.equal(await succeeds(process.execPath, ['app.cjs'], path), 'cjs true\n')
  assert.equal(await succeeds(join(path, 'node_modules', '.bin', 'leakguard'), ['build-native'], path, env), `${join(installed, addonName())}\n`)
})

test('the sources in the tarball are all that cargo needs', async () => {
  const path = join(folder, 'sources')
  fs.mkdirSync(path)
  await succeeds('tar', ['xzf', tarballs.main, '-C', path, '--strip-components=1'], folder)
  // Resolves the workspace and its lock file as a build does, without building.
  await succeeds('cargo', ['metadata', '--locked', '--format-version', '1', '--filter-platform', 'x86_64-unknown-linux-gnu'], path)
  const { targets } = JSON.parse((await run('cargo', ['metadata', '--locked', '--no-deps', '--format-version', '1'], path)).output).packages[0]
  for (const { src_path: source } of targets) assert.ok(fs.existsSync(source), source)
})

test('publint and "are the types wrong" find nothing', async () => {
  await succeeds(bin('publint'), ['run', '--strict', tarballs.main], folder)
  // Vitest is for ES modules only, and so is what adds to it. memwatch is one emitter, as upstream's: its methods are no exports.
  await succeeds(bin('attw'), [tarballs.main, '--format', 'ascii', '--exclude-entrypoints', 'vitest', 'memwatch'], folder)
})

async function where(tool) {
  return (await succeeds('sh', ['-c', `command -v ${tool}`], folder)).trim()
}
