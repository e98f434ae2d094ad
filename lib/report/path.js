'use strict'

const { cut, safe } = require('./words.js')

const STEP = 3
const DEEPEST = 8

/** A retaining path as a tree of one branch, from the root to what is held. */
function pathTree(path, { width, paint }) {
  return path.map(({ edge, name, type }, depth) => {
    const indent = ' '.repeat(Math.max(0, Math.min(depth, DEEPEST) - 1) * STEP)
    const branch = depth === 0 ? '' : `${indent}└─ `
    const label = edge && edge !== name ? `${safe(edge)}: ${safe(name)}` : safe(name)
    const kind = type && !label.toLowerCase().includes(type.toLowerCase()) ? ` (${safe(type)})` : ''
    return paint.dim(branch) + cut(label + kind, Math.max(width - branch.length, 20))
  })
}

module.exports = { pathTree }
