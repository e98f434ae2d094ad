'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')
const { setTimeout } = require('node:timers/promises')
const { COMMANDS } = require('../lib/cli/commands.js')
const { Progress } = require('../lib/cli/progress.js')
const { reference } = require('../lib/cli/reference.js')
const { version } = require('../package.json')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { isThere, offered } = require('./support/shells.js')
const { terminal } = require('./support/terminal.js')
const { leakySnapshot } = require('./support/snapshot.js')

const cli = (args, options) => node(['bin/leakguard.js', ...args], options)

const taken = leakySnapshot(test)
let path
test.before(async () => ({ path } = await taken))

test('analyze prints a page that names the leak', async () => {
  const { code, stdout, stderr } = await cli(['analyze', path])
  assert.equal(stderr, '')
  assert.equal(code, 1)
  for (const part of [/Node v\d+/, /leak suspect/, /leakedArray: Array/, /└─/, /Classes by retained size/, /Largest holders/, /Duplicate strings/]) {
    assert.match(stdout, part)
  }
  assert.ok(stdout.split('\n').every((line) => line.length <= 100))
  // eslint-disable-next-line no-control-regex -- a pipe is no terminal: no colours
  assert.doesNotMatch(stdout, /\x1b/)
})

test('--json prints the report, and --top limits its tables', async () => {
  const { code, stdout } = await cli(['analyze', path, '--json', '--top', '3'])
  assert.equal(code, 1)
  const report = JSON.parse(stdout)
  assert.equal(report.classes.length, 3)
  assert.ok(report.suspects.some(({ name }) => name.includes('leakedArray')))
  const whole = JSON.parse((await cli(['analyze', path, '--json'])).stdout)
  assert.equal(whole.classes.length, 50)
})

test('- reads standard input', async () => {
  const { code, stdout } = await cli(['analyze', '-', '--top', '1'], { input: fs.createReadStream(path) })
  assert.equal(code, 1)
  assert.match(stdout, /^standard input\n/)
  assert.match(stdout, /leakedArray/)
})

test('--help and --version', async () => {
  for (const flag of ['--help', '-h']) {
    const { code, stdout } = await cli([flag])
    assert.equal(code, 0)
    for (const name of Object.keys(COMMANDS)) assert.match(stdout, new RegExp(`^ +${name} `, 'm'))
    assert.match(stdout, /256 GiB/)
    assert.match(stdout, /Exit codes/)
  }
  for (const [name, { flags, leak, arguments: given }] of Object.entries(COMMANDS)) {
    const { code, stdout } = await cli([name, '--help'], { env: { ...process.env, COLUMNS: '40' } })
    assert.equal(code, 0)
    for (const flag of Object.keys(flags)) assert.match(stdout, new RegExp(`^ +--${flag}\\b`, 'm'))
    assert.ok(stdout.split('\n').every((line) => line.length <= 40), stdout)
    const words = stdout.replace(/\s+/g, ' ')
    assert.ok(words.includes(` 1 ${leak ?? 'it was done, and there is a leak'} 2 `), 'what 1 means of this one')
    assert.equal(words.includes('256 GiB'), /^(FILE|IN)/.test(given), 'what holds for snapshots')
  }
  for (const flag of ['--version', '-v']) assert.equal((await cli([flag])).stdout, `${version}\n`)
})

test('what cannot be done is one line on stderr: exit code 2 for a wrong command line, 3 for a failure', async () => {
  const cases = [
    [2, [], /no command; there is run, analyze/],
    [2, ['analyse', 'x'], /no command "analyse"/],
    [2, [path], /no command before .*; did you mean leakguard analyze .*leaky\.heapsnapshot\?/],
    [2, [path, '--json'], /did you mean leakguard analyze/],
    [2, ['analyze'], /takes one FILE/],
    [2, ['analyze', 'a', 'b'], /takes one FILE/],
    [3, ['analyze', 'missing'], /ERR_LEAKGUARD_IO: cannot open missing/],
    [3, ['analyze', 'lib'], /ERR_LEAKGUARD_IO/],
    [3, ['analyze', 'package.json'], /ERR_LEAKGUARD_PARSE/],
    [3, ['analyze', '-'], /ERR_LEAKGUARD_PARSE/],
    [2, ['analyze', path, '--top', '-1'], /--top takes a value, and -1 looks like a flag; see leakguard analyze --help/],
    [2, ['analyze', path, '--top=-1'], /"top" must be a whole number from 1 to 100000, got '-1'/],
    [2, ['analyze', path, '--tpo', '3'], /Unknown option '--tpo'; see leakguard analyze --help/],
    [2, ['analyze', path, '--top', 'many'], /"top" must be a whole number from 1 to 100000, got 'many'/],
    [2, ['completion', 'csh'], /completion takes one of bash, zsh, fish, got 'csh'/],
    [3, ['analyze', 'a\x1b[31mb'], /a\\u\{1b\}\[31mb/],
  ]
  for (const [expected, args, message] of cases) {
    const { code, stdout, stderr } = await cli(args)
    assert.equal(code, expected, String(message))
    assert.equal(stdout, '')
    assert.match(stderr, message)
    assert.match(stderr, /^leakguard: ERR_LEAKGUARD_[A-Z]+: [^\n]+\n$/)
  }
})

test('what an analysis needs is said before it begins, where there is not as much', { skip: process.platform === 'win32' }, async (t) => {
  const large = join(folderFor(t), 'large.heapsnapshot')
  fs.writeFileSync(large, '{}')
  try {
    fs.truncateSync(large, 1e12) // all of it a hole
  } catch {
    return t.skip('this file system has no such large files')
  }
  const needs = { '1,600,000': [['analyze', large], ['diff', path, large], ['convert', large, 'a.speedscope.json']], '2,000,000': [['growth', large, path, large]] }
  for (const [megabytes, commands] of Object.entries(needs)) {
    for (const args of commands) {
      const { code, stderr } = await cli(args)
      assert.equal(code, 3)
      const told = /ERR_LEAKGUARD_HEADROOM: the analysis needs about ([\d,]+) MB, and .* leaves [\d,]+ MB: .*, or go ahead with --force/.exec(stderr)
      assert.equal(told?.[1], megabytes, stderr)
    }
  }
  assert.match((await cli(['analyze', large, '--force'])).stderr, /ERR_LEAKGUARD_PARSE/)
})

test('--quiet: the exit code tells, and what was asked for is printed', async () => {
  assert.deepEqual(await cli(['analyze', path, '--quiet']), { code: 1, signal: null, stdout: '', stderr: '' })
  const { code, stdout } = await cli(['analyze', path, '-q', '--json', '--top', '1'])
  assert.equal(code, 1)
  assert.equal(JSON.parse(stdout).classes.length, 1)
})

test('a heap without a suspect: exit code 0', async (t) => {
  const clean = join(folderFor(t), 'clean.heapsnapshot')
  await node(['-e', `require('leakguard').writeSnapshotSync(${JSON.stringify(clean)})`])
  const { code, stdout } = await cli(['analyze', clean])
  assert.equal(code, 0, stdout)
  assert.match(stdout, /No leak suspects/)
})

test('40 columns are enough', async () => {
  for (const command of ['analyze', 'growth', 'diff']) {
    const files = command === 'analyze' ? [path] : [path, path]
    const { code, stdout, stderr } = await cli([command, ...files], { env: { ...process.env, COLUMNS: '40' } })
    assert.ok(code < 2, stderr)
    const long = stdout.split('\n').filter((line) => line.length > 40)
    assert.deepEqual(long, [])
  }
})

test('on a terminal: bold, unless NO_COLOR is set', { skip: terminal() === undefined }, async () => {
  const onTerminal = async (env) => {
    const shown = terminal()(['bin/leakguard.js', 'analyze', path], env)
    await shown.closed
    return shown.output
  }
  assert.ok((await onTerminal({ NO_COLOR: undefined })).includes('\x1b[1m'))
  assert.ok(!(await onTerminal({ NO_COLOR: '1' })).includes('\x1b[1m'))
})

test('progress: a line on a terminal only, short enough for it, and taken away', async () => {
  const drawn = (options, stream) => {
    const written = []
    const progress = new Progress({ ...stream, write: (text) => written.push(text) }, options)
    return { progress, written }
  }
  const terminal = drawn({}, { isTTY: true, columns: 30 })
  const others = [drawn({}, { isTTY: false }), drawn({ quiet: true }, { isTTY: true })]
  await setTimeout(400) // what is done sooner shows nothing
  for (const { progress } of [terminal, ...others]) {
    progress.ofLook({ look: 1, looks: 2, stage: 'parse', bytes: 45, total: 90 })
    progress.end()
  }
  assert.equal(terminal.written.length, 2)
  assert.equal(terminal.written[0], '\r\x1b[K1 of 2, parse ████░░░░ 50 %')
  assert.equal(terminal.written[1], '\r\x1b[K')
  for (const { written } of others) assert.deepEqual(written, [])
})

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`completion of ${shell} offers commands, flags and files`, { skip: process.platform === 'win32' || !isThere(shell) }, async (t) => {
    const script = (await cli(['completion', shell])).stdout
    const folder = folderFor(t)
    fs.writeFileSync(join(folder, 'a file.heapsnapshot'), '')
    const complete = (line) => offered[shell](script, line, folder)
    assert.deepEqual(complete('leakguard ').filter((word) => !word.startsWith('-')), Object.keys(COMMANDS).sort())
    assert.deepEqual(complete('leakguard postm'), ['postmortem'])
    assert.deepEqual(complete('leakguard --ver'), ['--version'])
    assert.deepEqual(complete('leakguard analyze --no'), ['--no-scripts'])
    assert.deepEqual(complete('leakguard analyze --json package-l'), ['package-lock.json'])
    assert.deepEqual(complete('leakguard top package-l'), ['package-lock.json'], 'no words are to be taken for it')
    assert.deepEqual(complete('leakguard completion fi'), ['fish'])
    assert.deepEqual(complete('leakguard analyze --html package-l'), ['package-lock.json'])
    assert.deepEqual(complete('leakguard run -- node package-l'), ['package-lock.json'], "the app's own arguments")
    const [spaced] = complete(`leakguard analyze ${folder}/a`)
    assert.match(spaced, /a\\? file\.heapsnapshot$/)
    for (const [name, { flags }] of Object.entries(COMMANDS)) {
      const words = complete(`leakguard ${name} --`)
      for (const flag of Object.keys(flags)) assert.ok(words.some((word) => word.replace(/=$/, '') === `--${flag}`), `${name} --${flag}: ${words}`)
    }
  })
}

test('the documents have all commands, and the reference is made from the table', () => {
  const document = join(root, 'docs', 'command-line.md')
  const text = fs.readFileSync(document, 'utf8')
  const [before, rest] = text.split('<!-- reference -->\n')
  const [, after] = rest.split('<!-- /reference -->\n')
  const fresh = `${before}<!-- reference -->\n${reference()}<!-- /reference -->\n${after}`
  if (process.env.UPDATE_GOLDENS) fs.writeFileSync(document, fresh)
  else assert.equal(text, fresh, 'UPDATE_GOLDENS=1 makes it anew')
  const readme = fs.readFileSync(join(root, 'README.md'), 'utf8')
  for (const name of Object.keys(COMMANDS)) assert.match(readme, new RegExp(`^\\| \`${name}\\b`, 'm'))
})

test('a reader that has seen enough is no error', { skip: process.platform === 'win32' }, async () => {
  const { stdout, stderr } = spawnSync('bash', ['-c', '"$0" bin/leakguard.js analyze "$1" --json --top 100000 | head -c 10', process.execPath, path], {
    encoding: 'utf8',
    cwd: root,
  })
  assert.equal(stdout.length, 10)
  assert.equal(stderr, '')
})

test('it ends at once, but as Node does where Node has something to write at its end', async (t) => {
  const ended = await node(['-e', "process.on('exit', () => console.log('never')); require('./binding.js').endProcess(7)"])
  assert.deepEqual([ended.code, ended.stdout], [7, ''])
  const folder = folderFor(t)
  const coverage = join(folder, 'coverage')
  const watched = join(folder, 'watched.js')
  const line = (path) => `require(${JSON.stringify(join(root, path))})`
  fs.writeFileSync(watched, `${line('binding.js')}.endProcess = (code) => require('fs').writeSync(1, 'at once, with ' + code); ${line('bin/leakguard.js')}`)
  for (const [env, ends] of [[{}, 'at once, with 0'], [{ NODE_OPTIONS: '--no-warnings' }, ''], [{ NODE_V8_COVERAGE: coverage }, '']]) {
    const { code, stdout } = await node([watched, '--version'], { env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '', ...env } })
    assert.deepEqual([code, stdout], [0, `${version}\n${ends}`])
  }
  assert.equal(fs.readdirSync(coverage).length, 1)
})
