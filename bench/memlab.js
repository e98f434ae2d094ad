'use strict'
// node memlab.js FILE: memlab's load with dominators and retained sizes, and a class table from its API.

const { getFullHeapFromFile } = require('@memlab/heap-analysis')

getFullHeapFromFile(process.argv[2]).then((heap) => {
  const classes = new Map()
  heap.nodes.forEach((node) => {
    const key = node.type === 'object' || node.type === 'native' ? node.name : node.type
    const row = classes.get(key) ?? { count: 0, size: 0, retained: 0 }
    row.count++
    row.size += node.self_size
    row.retained = Math.max(row.retained, node.retainedSize)
    classes.set(key, row)
  })
  console.log(classes.size)
  process.exit(0)
})
