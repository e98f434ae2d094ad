'use strict'
// Figures to Markdown.

const fs = require('fs')
const os = require('os')

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const megabytes = (bytes) => Math.round(bytes / 1e6)
const time = (seconds) => `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`
const memory = (bytes) => bytes < 1e9 ? `${megabytes(bytes)} MB` : `${(bytes / 1e9).toFixed(2)} GB`

function machine() {
  const [cpu] = os.cpus()
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, ${os.cpus().length} cores (${cpu.model.trim()}), ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.arch()}`
}

/** @param {{ file: string, size: number, nodes: number, runs: Map<string, { seconds: number, bytes: number }[]> }[]} rows */
function table(rows, list, node) {
  const own = list[0].name
  const lines = [
    `Measured ${machine()}, Node ${node}: ${list.map((tool) => `${tool.name} ${tool.version}`).join(', ')}.`,
    'Whole processes, their start included; medians of interleaved runs (how many stands behind the size); peak memory as the kernel counts it.',
    '',
    `| file | ${list.map((tool) => tool.name).join(' | ')} |`,
    `|---|${list.map(() => '---|').join('')}`,
  ]
  for (const { size, runs } of rows) {
    const best = middle(runs.get(own))
    const cells = list.map(({ name }) => {
      if (!runs.has(name)) return '–'
      const { seconds, bytes } = middle(runs.get(name))
      const figures = `${time(seconds)}, ${memory(bytes)}`
      return name === own ? figures : `${figures}: **${(seconds / best.seconds).toFixed(1)} ×** time, ${(bytes / best.bytes).toFixed(1)} × memory`
    })
    lines.push(`| ${megabytes(size)} MB (${runs.get(own).length}) | ${cells.join(' | ')} |`)
  }
  lines.push('', `| ${own} | time per 100 MB of file | peak memory per byte of file |`, '|---|---|---|')
  for (const { size, runs } of rows) {
    const { seconds, bytes } = middle(runs.get(own))
    lines.push(`| ${megabytes(size)} MB | ${(seconds / size * 1e11).toFixed(0)} ms | ${(bytes / size).toFixed(2)} |`)
  }
  return lines.join('\n')
}

function middle(runs) {
  return { seconds: median(runs.map((run) => run.seconds)), bytes: median(runs.map((run) => run.bytes)) }
}

/** Rows under a head, with the machine and the day. */
function plainTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [`Measured ${machine()}, Node ${process.version}.`, '', line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** Puts a table between `<!-- mark -->` and `<!-- /mark -->` of a file. */
function replaceTable(file, mark, text) {
  const before = fs.readFileSync(file, 'utf8')
  const place = new RegExp(`(<!-- ${mark} -->\n)[^]*(\n<!-- /${mark} -->)`)
  if (!place.test(before)) throw new Error(`${file} has no place for ${mark}`)
  fs.writeFileSync(file, before.replace(place, (_, head, tail) => head + text + tail))
}

module.exports = { table, plainTable, replaceTable, median, time, memory }
