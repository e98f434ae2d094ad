'use strict'

const { fileURLToPath } = require('node:url')
const { wrong, shown } = require('./options.js')

/** Whether a value is meant to be a path: a text or a URL of any realm. */
function isPath(value) {
  return typeof value === 'string' || typeof value?.href === 'string'
}

/** The path that a text or a `file:` URL gives; `what` names it in the error. */
function pathOf(value, what) {
  const path = typeof value === 'string' ? value : value.protocol === 'file:' ? fileURLToPath(value.href) : ''
  if (path === '' || path.includes('\0')) throw wrong(`the ${what} must be a path or a file: URL, got ${shown(value)}`)
  return path
}

/** The rule for an option that is a path. */
function pathRule(name, value) {
  if (value === undefined) return undefined
  if (!isPath(value)) throw wrong(`"${name}" must be a path, got ${shown(value)}`)
  return pathOf(value, name)
}

module.exports = { isPath, pathOf, pathRule }
