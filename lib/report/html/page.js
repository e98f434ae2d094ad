'use strict'

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { escaped, inner } = require('./element.js')

const ENDPOINT = join(__dirname, '..', '..', 'http', 'page')

/**
 * A page that is one file, has no script, and asks nobody for anything: it looks like the endpoint's. `parts` are elements.
 */
function pageOf(title, parts) {
  const style = readFileSync(join(ENDPOINT, 'page.css'), 'utf8') + readFileSync(join(__dirname, 'report.css'), 'utf8')
  const icon = readFileSync(join(ENDPOINT, 'icon.svg')).toString('base64')
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    `<title>${escaped(title)}</title>`,
    `<link rel="icon" href="data:image/svg+xml;base64,${icon}">`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<main id="main">${inner(parts)}</main>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

module.exports = { pageOf }
