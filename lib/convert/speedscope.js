'use strict'

const { version } = require('../../package.json')

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json'

/**
 * A tree with bytes at its nodes as a file of speedscope. `nodes` are `{ parent, name, file, line, col }`, parents first, the first one the
 * root, which is left out; `sizes` are the bytes of each node itself.
 */
function speedscope(name, nodes, sizes) {
  const frames = []
  const known = new Map()
  const frameOf = ({ name, file, line, col }) => {
    const frame = { name, ...(file ? { file } : {}), ...(line > 0 ? { line } : {}), ...(col > 0 ? { col } : {}) }
    const key = JSON.stringify(frame)
    if (!known.has(key)) known.set(key, frames.push(frame) - 1)
    return known.get(key)
  }
  const indices = nodes.map((node, at) => (at === 0 ? -1 : frameOf(node)))
  const samples = []
  const weights = []
  nodes.forEach((_, leaf) => {
    if (leaf === 0 || !(sizes[leaf] > 0)) return
    const stack = []
    for (let at = leaf; at !== 0; at = nodes[at].parent) stack.push(indices[at])
    samples.push(stack.reverse())
    weights.push(sizes[leaf])
  })
  const endValue = weights.reduce((sum, weight) => sum + weight, 0)
  const profile = { type: 'sampled', name, unit: 'bytes', startValue: 0, endValue, samples, weights }
  return JSON.stringify({ $schema: SCHEMA, name, exporter: `leakguard@${version}`, activeProfileIndex: 0, shared: { frames }, profiles: [profile] })
}

/** What is alive by the stack that allocated it. */
function profileSpeedscope(name, { nodes, samples }) {
  const sizes = nodes.map(() => 0)
  for (const { node, size } of samples) sizes[node] += size
  const named = nodes.map(({ parent, function: called, file, line, column }) => ({ parent, name: called || '(anonymous)', file, line: line + 1, col: column + 1 }))
  return speedscope(name, named, sizes)
}

/** What holds the heap: the top of a report's dominator tree. */
function treeSpeedscope(name, tree) {
  const own = tree.map(({ retainedSize }) => retainedSize)
  for (const { parent, retainedSize } of tree) if (parent !== undefined) own[parent] -= retainedSize
  const label = ({ name: held, class: type, count }) => [held, count > 1 ? `${count} × ${type}` : held === type ? '' : type].filter(Boolean).join(': ')
  // What the heap as a whole has besides is no part of a stack: a row of its own.
  const rest = { parent: 0, name: '(small objects)' }
  const nodes = [...tree.map((row) => ({ parent: row.parent ?? 0, name: label(row) || '(unknown)' })), rest]
  return speedscope(name, nodes, [0, ...own.slice(1).map((size) => Math.max(0, size)), Math.max(0, own[0])])
}

module.exports = { profileSpeedscope, treeSpeedscope }
