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

module.exports = { isPath, pathOf }
