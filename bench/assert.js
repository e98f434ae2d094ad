'use strict'
// node bench/assert.js [--nodes 20,22,24,26] [--runs 5] [--megabytes 100,400] [--part 1] [--rules leakguard,heapUsed,leakage] [--dry]
// `assertNoLeak` on the corpus of bench/assert/corpus.js, 40 functions that leak and 40 that do not, each in a process of its own with so
// many megabytes of other objects; beside it what people write by hand, and the rule of `leakage`, which does not run on the Node.js of
// today. `--part 10` takes every tenth function. `jest --detectLeaks` tells whether a test file's environment is collected: what a call
// keeps inside of it goes with it, so it has no verdict on a function.

const { spawnSync } = require('child_process')
const path = require('path')
const { parseArgs } = require('util')
const { leaking, clean } = require('./assert/corpus.js')
const { nodes } = require('../scripts/nodes.js')
const { plainTable, replaceTable } = require('./table.js')

const ONE = path.join(__dirname, 'assert/one.js')
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

function verdict(node, rule, kind, name, megabytes) {
  const { stdout, stderr, status } = spawnSync(node.path, ['--expose-gc', ONE, rule, kind, name, megabytes], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${rule} on "${name}": ${stderr}`)
  return JSON.parse(stdout)
}

function measured(node, rule, megabytes, { runs, part }) {
  const row = { misses: 0, accused: 0, undecided: 0, passed: [], failed: [], leaking: 0, clean: 0 }
  for (const [kind, functions] of Object.entries({ leaking, clean })) {
    const names = Object.keys(functions).filter((_, nth) => nth % part === 0)
    for (let run = 0; run < runs; run++) {
      for (const name of names) {
        const { leaks, undecided, ms } = verdict(node, rule, kind, name, megabytes)
        row[kind]++
        row[leaks ? 'failed' : 'passed'].push(ms)
        const wrong = undecided ? 'undecided' : leaks && kind === 'clean' ? 'accused' : !leaks && kind === 'leaking' ? 'misses' : undefined
        if (wrong === undefined) continue
        row[wrong]++
        console.error(`Node ${node.version}, ${rule}, ${megabytes} MB: ${wrong}: ${kind}: ${name}`)
      }
    }
  }
  return row
}

function main({ nodes: lines, runs, megabytes, part, rules, dry }) {
  const seconds = (list) => (list.length === 0 ? '' : `${(median(list) / 1000).toFixed(2)} s`)
  const rows = []
  const asked = nodes().filter(({ version }) => lines.split(',').includes(version.split('.')[0]))
  for (const size of megabytes.split(',')) {
    for (const [rule, node] of rules.split(',').flatMap((rule) => asked.map((node) => [rule, node]))) {
      const row = measured(node, rule, size, { runs: Number(runs), part: Number(part) })
      rows.push([`${size} MB`, rule, node.version, `${row.misses} of ${row.leaking}`, `${row.accused} of ${row.clean}`, String(row.undecided), seconds(row.passed), seconds(row.failed)])
      console.error(rows.at(-1).join(' | '))
    }
  }
  const text = plainTable(['heap', 'rule', 'Node', 'leaks missed', 'clean ones accused', 'undecided', 'a pass takes', 'a failure takes'], rows)
  console.log(text)
  if (!dry) replaceTable('docs/assertions.md', 'bench-assert', text)
}

const option = (fallback) => ({ type: 'string', default: fallback })
const { values } = parseArgs({
  options: { nodes: option('20,22,24,26'), runs: option('5'), megabytes: option('100,400'), part: option('1'), rules: option('leakguard,heapUsed,leakage'), dry: { type: 'boolean', default: false } },
})
main(values)
