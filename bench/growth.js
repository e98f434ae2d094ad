'use strict'
// node bench/growth.js [--repeats N] [--only growth|diff] [--dry]
// What grew over three snapshots of 500 MB, beside memlab's find-leaks on the same; and what changed between two of 97 MB, beside
// DevTools' comparison and @heap-snapshot/cli's. In turns; writes the table into docs/growth.md (--dry: to the terminal only). Snapshots
// and peers are those of bench/run.js, made by the same script, of one process each; see there for what it needs. The first run makes
// the snapshots, in some five minutes.

const { execFileSync } = require('child_process')
const fs = require('fs')
const path = require('path')
const { parseArgs } = require('util')
const { measure } = require('./measure')
const peers = require('./peers')
const { plainTable, replaceTable, median, time, memory } = require('./table')
const { growthTools, diffTools } = require('./tools')

const { values: options } = parseArgs({
  options: { repeats: { type: 'string' }, only: { type: 'string' }, dry: { type: 'boolean' } },
})
const TASKS = {
  growth: { units: [68_000, 69_000, 70_000], size: 500, tools: growthTools, repeats: 1, what: (files) => `\`growth\` of three (${files})` },
  diff: { units: [13_500, 13_777], size: 100, tools: diffTools, repeats: 3, what: (files) => `\`diff\` of two (${files})` },
}

/** Snapshots of one process that grows. */
function snapshots({ units, size }) {
  const files = units.map((_, at) => path.join(peers.cache, `${size}-${process.version}-${at + 1}.heapsnapshot`))
  if (!files.every((file) => fs.existsSync(file))) {
    const scratch = files.map((file) => `${file}.part`)
    console.error(`making ${files.join(', ')}`)
    const args = units.flatMap((count, at) => [count, scratch[at]])
    execFileSync(process.execPath, ['--max-old-space-size=10000', path.join(__dirname, 'gen.js'), ...args])
    files.forEach((file, at) => fs.renameSync(scratch[at], file))
  }
  return files
}

async function rowsOf(task) {
  const files = snapshots(task)
  for (const file of files) await peers.warm(file)
  const tools = task.tools(process.execPath, peers.cache)
  const runs = new Map(tools.map((tool) => [tool, []]))
  for (let turn = 0; turn < Number(options.repeats ?? task.repeats); turn++) {
    for (const tool of turn % 2 ? tools.toReversed() : tools) {
      const run = await measure(tool.command(files), path.join(peers.cache, 'peak'), tool.accepted)
      runs.get(tool).push(run)
      console.error(`${tool.name}, turn ${turn + 1}: ${time(run.seconds)}, ${memory(run.bytes)}`)
    }
  }
  const figures = tools.map((tool) => ({
    tool,
    seconds: median(runs.get(tool).map((run) => run.seconds)),
    bytes: median(runs.get(tool).map((run) => run.bytes)),
  }))
  const [own, ...others] = figures
  const sizes = files.map((file) => memory(fs.statSync(file).size)).join(', ')
  return others.map(({ tool, seconds, bytes }) => [
    task.what(sizes),
    `${time(own.seconds)}, ${memory(own.bytes)}`,
    `${tool.name} ${tool.version}`,
    `${time(seconds)}, ${memory(bytes)}`,
    `1/${(seconds / own.seconds).toFixed(1)}`,
    `1/${(bytes / own.bytes).toFixed(1)}`,
    tool.aim,
  ])
}

async function main() {
  peers.prepare()
  const names = options.only ? [options.only] : Object.keys(TASKS)
  const rows = []
  for (const name of names) rows.push(...(await rowsOf(TASKS[name])))
  const text = plainTable(['what', 'leakguard', 'peer', 'its time and memory', 'time', 'memory', 'aim'], rows)
  console.log(text)
  if (!options.dry && !options.only) replaceTable(path.join(__dirname, '../docs/growth.md'), 'growth', text)
}

main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
