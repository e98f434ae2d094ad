'use strict'
// node memlab-leaks.js BASELINE TARGET FINAL: what `memlab find-leaks` does with three snapshots. Its command line is in a package that
// brings a browser; this is the call behind it.

const fs = require('fs')
const os = require('os')
const path = require('path')
const { analysis, config, fileManager } = require('@memlab/core')

const workDir = fs.mkdtempSync(path.join(os.tmpdir(), 'memlab-'))
process.on('exit', () => fs.rmSync(workDir, { recursive: true, force: true }))
config.useExternalSnapshot = true
config.externalSnapshotFilePaths = process.argv.slice(2)
config.chaseWeakMapEdge = false
fileManager.initDirs(config, { workDir })
analysis.checkLeak().then((leaks) => {
  console.log(leaks.length)
  process.exit(0)
})
