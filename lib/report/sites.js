'use strict'

const { styleFor } = require('./paint.js')
const { table } = require('./table.js')
const { bytes, count, safe } = require('./words.js')

/** What is alive by the function that allocated it, as a page for a person. */
function sitesText({ sites, live, siteCount }, { stream } = {}) {
  const { width, paint } = styleFor(stream)
  const columns = [
    { title: 'alive', value: (site) => bytes(site.live) },
    { title: 'samples', value: (site) => count(site.samples), spare: true },
    { title: 'function', value: (site) => safe(site.function || '(anonymous)'), text: true },
    { title: 'at', value: (site) => safe(site.file ? `${site.file}:${site.line}` : ''), text: true },
  ]
  const more = siteCount - sites.length
  const lines = sites.length > 0 ? table(columns, sites, { width: width - 2, paint }) : ['Nothing that was sampled is alive.']
  return `${[paint.strong(`${bytes(live)} alive, by the function that allocated it`), ...lines.map((line) => `  ${line}`), ...(more > 0 ? [`  ${paint.dim(`and ${count(more)} more`)}`] : [])].join('\n')}\n`
}

module.exports = { sitesText }
