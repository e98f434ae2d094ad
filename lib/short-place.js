'use strict'

/**
 * A place as sentences have it, and as the core writes it: `config.js:8`; of a package with its name, of an `index` file with its folder: `debug/…/common.js:67`,
 * `routes/index.js:8`.
 */
function shortPlace({ file, line }) {
  return `${shortFile(file)}:${line}`
}

function shortFile(file) {
  if (file.startsWith('node:')) return file
  const parts = file.split(/[/\\]/).filter(Boolean)
  const last = parts.at(-1)
  if (last === undefined) return file
  const at = parts.lastIndexOf('node_modules')
  const inPackage = at < 0 ? [] : parts.slice(at + 1)
  const name = inPackage.slice(0, inPackage[0]?.startsWith('@') ? 2 : 1)
  if (inPackage.length > name.length + 1) return `${name.join('/')}/…/${last}`
  if (inPackage.length > 1) return inPackage.join('/')
  return last.startsWith('index.') && parts.length > 1 ? parts.slice(-2).join('/') : last
}

module.exports = { shortPlace }
