'use strict'
// npm run bench -- [--large] [--sizes 10,100] [--repeats N] [--tools leakguard,memlab] [--dry]
// Makes snapshots of 10, 100 and 500 MB (--large: and 1.8 GB; --sizes: of those, the ones named), measures leakguard and
// its peers on each, in turns, and writes the table into docs/performance.md (--dry: to the terminal only). Peers and
// snapshots stay in bench/.cache and bench/node_modules. Needs Node 24 or newer for the peers, and 16 GB of memory for the
// largest file. On two quiet cores a turn of all tools takes 12 s at 100 MB, a minute at 500 MB, 3 minutes at 1.8 GB, whose
// snapshot takes 6 minutes to make.

const { execFileSync } = require('child_process')
const fs = require('fs')
const path = require('path')
const { finished } = require('stream/promises')
const { parseArgs } = require('util')
const { measure } = require('./measure')
const { installPeers } = require('./peers')
const { table, replaceTable, time, memory } = require('./table')

const UNITS = { 10: 1370, 100: 13777, 500: 70000, 1800: 262000 }
const cache = path.join(__dirname, '.cache')
const docs = path.join(__dirname, '../docs/performance.md')

const { values: options } = parseArgs({
  options: {
    large: { type: 'boolean' },
    dry: { type: 'boolean' },
    sizes: { type: 'string' },
    repeats: { type: 'string', default: '5' },
    tools: { type: 'string' },
  },
})

/** The snapshot of about so many megabytes. */
function snapshot(size) {
  const file = path.join(cache, `${size}-${process.version}.heapsnapshot`)
  if (!fs.existsSync(file)) {
    console.error(`making ${file}`)
    const scratch = `${file}.part`
    execFileSync(process.execPath, ['--max-old-space-size=10000', path.join(__dirname, 'gen.js'), UNITS[size], scratch])
    fs.renameSync(scratch, file)
  }
  return file
}

function prepare() {
  if (Number(process.versions.node.split('.')[0]) < 24) throw new Error(`the peers need Node 24 or newer, this is ${process.version}`)
  fs.mkdirSync(cache, { recursive: true })
  installPeers()
}

async function main() {
  prepare()
  const wanted = options.tools?.split(',')
  const all = require('./tools').tools(process.execPath, cache)
  const tools = all.filter((tool) => !wanted || wanted.includes(tool.name))
  const sizes = options.sizes?.split(',').map(Number) ?? [10, 100, 500, ...(options.large ? [1800] : [])]
  const unknown = sizes.filter((size) => !UNITS[size])
  if (unknown.length > 0) throw new Error(`no size ${unknown.join(', ')}; there is ${Object.keys(UNITS).join(', ')}`)
  const names = all.map((tool) => tool.name)
  const missing = wanted?.filter((name) => !names.includes(name)) ?? []
  if (missing.length > 0) throw new Error(`no tool ${missing.join(', ')}; there is ${names.join(', ')}`)
  const rows = []
  for (const size of sizes) {
    const file = snapshot(size)
    await warm(file)
    const runs = new Map(tools.map((tool) => [tool.name, []]))
    const repeats = size > 1000 ? Math.min(3, options.repeats) : Number(options.repeats)
    for (let turn = 0; turn < repeats; turn++) {
      for (const tool of turn % 2 ? tools.toReversed() : tools) {
        const run = await measure(tool.command(file), path.join(cache, 'peak'), tool.accepted)
        runs.get(tool.name).push(run)
        console.error(`${size} MB, turn ${turn + 1}: ${tool.name} ${time(run.seconds)}, ${memory(run.bytes)}`)
      }
    }
    rows.push({ size: fs.statSync(file).size, runs })
  }
  const text = table(rows, tools, process.version)
  console.log(text)
  if (!options.dry) replaceTable(docs, 'bench', text)
}

/** Reads the file into the page cache, so that no one pays for the disk. */
function warm(file) {
  return finished(fs.createReadStream(file, { highWaterMark: 1 << 20 }).resume())
}

main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
