'use strict'
// What is measured: leakguard and its peers, each with the command that does the same work: read the file, dominators,
// retained sizes, a class table. leakguard also looks for suspects and duplicate strings.

const path = require('path')
const heapSnapshotCli = require('./heap-snapshot-cli')

const HEAP = '--max-old-space-size=16000'
const BIN = path.join(__dirname, '../bin/leakguard.js')
// 1: it did it, and there are suspects.
const OWN = { name: 'leakguard', version: require('../package.json').version, accepted: [0, 1] }

function tools(node, cache) {
  const cli = heapSnapshotCli.prepare(cache)
  const list = [
    { ...OWN, command: (file) => [node, BIN, 'analyze', file, '--json'] },
    { name: '@heap-snapshot/cli', version: '0.0.10', command: cli && ((file) => [cli, 'summary', file]) },
    { name: 'DevTools headless', version: version('chrome-devtools-frontend'), command: (file) => [node, HEAP, path.join(__dirname, 'devtools/load.mjs'), file] },
    { name: 'memlab', version: version('@memlab/core'), command: (file) => [node, HEAP, path.join(__dirname, 'memlab.js'), file] },
  ]
  return list.filter((tool) => tool.command)
}

/** What grew over several snapshots. */
function growthTools(node) {
  return [
    { ...OWN, command: (files) => [node, BIN, 'growth', ...files, '--json'] },
    { name: 'memlab', version: version('@memlab/core'), aim: '1/15 of the time, 1/3 of the memory', command: (files) => [node, HEAP, path.join(__dirname, 'memlab-leaks.js'), ...files] },
  ]
}

/** What changed between two snapshots. */
function diffTools(node, cache) {
  const cli = heapSnapshotCli.prepare(cache)
  const list = [
    { ...OWN, command: (files) => [node, BIN, 'diff', ...files, '--json'] },
    { name: 'DevTools headless', version: version('chrome-devtools-frontend'), aim: '1/12 of the time', command: (files) => [node, HEAP, path.join(__dirname, 'devtools/diff.mjs'), ...files] },
    { name: '@heap-snapshot/cli', version: '0.0.10', aim: '1/5 of the time', command: cli && (([before, after]) => [cli, 'diff', after, before]) },
  ]
  return list.filter((tool) => tool.command)
}

function version(name) {
  return require('./package.json').dependencies[name]
}

module.exports = { tools, growthTools, diffTools }
