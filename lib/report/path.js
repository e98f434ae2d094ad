'use strict'

const { cut, safe } = require('./words.js')

// A class says it already.
const PLAIN = ['object', 'array', 'string', 'root']

/** A retaining path as a tree of one branch, from the root to what is held; a long one takes smaller steps to the right. */
function pathTree(path, { width, paint }) {
  const room = Math.floor(width / 2)
  const step = Math.min(3, Math.max(1, Math.floor(room / path.length)))
  return path.map(({ edge, name, type }, depth) => {
    const branch = depth === 0 ? '' : `${' '.repeat(Math.min((depth - 1) * step, room))}└─ `
    const what = type === 'module' ? `module "${safe(name)}"` : safe(name)
    const label = depth > 0 && edge && edge !== name ? `${safe(edge)}: ${what}` : what
    const told = !type || PLAIN.includes(type) || label.toLowerCase().includes(type.toLowerCase())
    return paint.dim(branch) + cut(told ? label : `${label} (${safe(type)})`, width - branch.length)
  })
}

module.exports = { pathTree }
