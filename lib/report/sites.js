'use strict'

const { styleFor } = require('./paint.js')
const { table } = require('./table.js')
const { bytes, count, safe, wrapped } = require('./words.js')

/** What is alive by the function that allocated it, as a page for a person; `path` is where the profile is, `left` what the process was left with. */
function sitesText({ sites, live, siteCount, path, left }, { stream } = {}) {
  const { width, paint } = styleFor(stream)
  const columns = [
    { title: 'alive', value: (site) => bytes(site.live) },
    { title: 'samples', value: (site) => count(site.samples), spare: true },
    { title: 'function', value: (site) => safe(site.function || '(anonymous)'), text: true },
    { title: 'at', value: (site) => safe(site.file ? `${site.file}:${site.line}` : ''), text: true, end: true },
  ]
  const more = siteCount - sites.length
  const lines = sites.length > 0 ? table(columns, sites, { width: width - 2, paint }) : ['Nothing that was sampled is alive.']
  const page = [
    ...wrapped(`${bytes(live)} alive, by the function that allocated it`, width).map(paint.strong),
    ...lines.map((line) => `  ${line}`),
    ...(more > 0 ? [`  ${paint.dim(`and ${count(more)} more`)}`] : []),
    '',
    ...wrapped(`${safe(path)}: ${bytes(live)} alive of what was allocated meanwhile.`, width),
    ...(left ? wrapped(left, width) : []),
  ]
  return `${page.join('\n')}\n`
}

module.exports = { sitesText }
