'use strict'

const { createHash } = require('node:crypto')
const { readFileSync } = require('node:fs')
const { extname, join } = require('node:path')
const { send, sendJson } = require('../answer.js')
const { Refusal } = require('../refusal.js')

// The page and its files: there is nothing secret in them, so they come without the token, which the page asks for.

const FOLDER = join(__dirname, '..', 'page')
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' }
/** The files there are, by name: nothing else is opened. */
const FILES = [
  'api.js',
  'charts.js',
  'element.js',
  'format.js',
  'icon.svg',
  'page.css',
  'page.js',
  'readings.js',
  'suspect.js',
  'treemap.js',
  'uplot.css',
  'uplot.js',
]

const files = new Map()

/** Read once, at the first request. */
function file(name) {
  if (files.has(name)) return files.get(name)
  const body = readFileSync(join(FOLDER, name))
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
  const read = { body, headers: { 'Content-Type': `${TYPES[extname(name)]}; charset=utf-8`, ETag: tag, 'Cache-Control': 'no-cache' } }
  files.set(name, read)
  return read
}

function sendFile(req, res, name) {
  const { body, headers } = file(name)
  if (req.headers['if-none-match'] === headers.ETag) return send(req, res, 304, headers)
  send(req, res, 200, headers, body)
}

const PAGE = {
  method: 'GET',
  path: '/',
  summary: 'The page',
  open: true,
  answers: 'text/html',
  run(_endpoint, { req, res, bare }) {
    if (bare === undefined) return sendFile(req, res, 'index.html')
    // Or the page's files would be looked for beside the mount. Relative, because a proxy may have taken a prefix off.
    send(req, res, 308, { Location: `./${bare.slice(bare.lastIndexOf('/') + 1)}/` })
  },
}

const ASSET = {
  method: 'GET',
  path: '/assets/{file}',
  summary: 'A file of the page',
  open: true,
  answers: 'text/plain',
  run(_endpoint, { req, res, params }) {
    if (!FILES.includes(params.file)) throw new Refusal(404, 'there is no such file')
    sendFile(req, res, params.file)
  },
}

const OPENAPI = {
  method: 'GET',
  path: '/openapi.json',
  summary: 'This description',
  open: true,
  answers: 'object',
  // Not before it is asked for: it is made from the table that this route is in.
  run: (endpoint, { req, res }) => sendJson(req, res, require('../openapi.js').openapi(endpoint.settings)),
}

module.exports = { PAGE_ROUTES: [PAGE, ASSET, OPENAPI], FILES }
