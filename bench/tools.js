'use strict'
// What is measured: leakguard and its peers, each with the command that does the same work: read the file, dominators,
// retained sizes, a class table. leakguard also looks for suspects and duplicate strings.

const path = require('path')
const heapSnapshotCli = require('./heap-snapshot-cli')

const HEAP = '--max-old-space-size=16000'

function tools(node, cache) {
  const cli = heapSnapshotCli.prepare(cache)
  const list = [
    // 1: it did it, and there are suspects.
    { name: 'leakguard', version: require('../package.json').version, accepted: [0, 1], command: (file) => [node, path.join(__dirname, '../bin/leakguard.js'), 'analyze', file, '--json'] },
    { name: '@heap-snapshot/cli', version: '0.0.10', command: cli && ((file) => [cli, 'summary', file]) },
    { name: 'DevTools headless', version: version('chrome-devtools-frontend'), command: (file) => [node, HEAP, path.join(__dirname, 'devtools/load.mjs'), file] },
    { name: 'memlab', version: version('@memlab/core'), command: (file) => [node, HEAP, path.join(__dirname, 'memlab.js'), file] },
  ]
  return list.filter((tool) => tool.command)
}

function version(name) {
  return require('./package.json').dependencies[name]
}

module.exports = { tools }
