'use strict'
// Real leaks, their fixed versions and healthy programs: which there are, each run in a process of its own, and whether what is found is
// what leaks. A folder has `cases/<id>.js` and `traps/<id>.js`, each `{ id, N, setup, iterate, teardown, expect }`, and `lib/harness.js` with
// `load(id, variant)`; the packages that a case needs lie where that harness looks (its environment variable LEAKS_DIR, if it has one).

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { parseArgs } = require('node:util')

/**
 * `bench(script)`: in the process that a user starts, runs `script` once for each program and hands what it answered to `tell`; in the one
 * started for a program, calls `work(program, values, before)` and answers with what that resolves to. Where there is a `measure`, that is
 * called first, in a process of its own with the leaking variant, and `before` is its answer.
 */
function bench(script, { flags = [], options = {}, measure, work, tell, done }) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { node: { type: 'string' }, ...options } })
  const [folder, ...wanted] = positionals
  const dir = path.resolve(folder)
  if (process.env.LEAKS_ONE) {
    const { id, variant, step, before } = JSON.parse(process.env.LEAKS_ONE)
    const program = { ...require(path.join(dir, 'lib', 'harness.js')).load(id, variant), variant }
    ;(step === 'measure' ? measure : work)(program, values, before).then(
      (answer) => process.stdout.write(JSON.stringify(answer), () => process.exit(0)),
      (error) => {
        console.error(error)
        process.exit(1)
      },
    )
    return
  }
  const run = (one) => {
    const { status, stdout, stderr } = spawnSync(values.node ?? process.execPath, [...flags, script, ...process.argv.slice(2)], {
      env: { ...process.env, LEAKS_ONE: JSON.stringify(one) },
      maxBuffer: 1e9,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    })
    if (status === 0) return JSON.parse(stdout)
    return void console.log(`${one.id} ${one.variant}: FAILED ${stderr.slice(-1000)}`)
  }
  const measured = new Map()
  for (const program of programs(dir).filter(({ id }) => wanted.length === 0 || wanted.includes(id))) {
    const { id, variant } = program
    if (measure && !measured.has(id)) measured.set(id, run({ id, variant: variant === 'trap' ? variant : 'leaky', step: 'measure' }))
    const answer = run({ id, variant, step: 'work', before: measured.get(id) })
    if (answer) tell(program, answer, values)
  }
  done()
}

function programs(dir) {
  const list = (name) => fs.readdirSync(path.join(dir, name)).filter((file) => file.endsWith('.js')).map((file) => path.join(dir, name, file))
  const of = (file, variant) => ({ id: path.basename(file, '.js'), file, variant, isLeak: variant === 'leaky' })
  return [
    ...list('cases').flatMap((file) => [of(file, 'leaky'), of(file, 'control')]),
    ...list('traps').map((file) => of(file, 'trap')),
  ]
}

/**
 * What a program's suspects say of it: of a leak, whether each of `expect.retainer`, a text or an expression, is in the first one's name, place,
 * class, path or content; of another, whether there is none.
 */
function verdict({ file, isLeak }, suspects = []) {
  const [first] = suspects
  if (!isLeak) return first === undefined ? 'silent' : 'ACCUSED'
  if (first === undefined) return 'MISSED'
  const { name, type, location, path: way, inside = [] } = first
  const text = [name, type, location?.file, ...way.flatMap((step) => [step.edge, step.name]), ...inside].join(' ')
  const missing = require(file).expect.retainer.filter((part) => !(part instanceof RegExp ? part.test(text) : text.includes(part)))
  return missing.length === 0 ? 'named' : `NAMED OTHERWISE, without ${missing.join(' ')}`
}

module.exports = { bench, verdict }
