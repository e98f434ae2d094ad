'use strict'

const { createHash } = require('node:crypto')
const { readFileSync } = require('node:fs')
const { extname, join } = require('node:path')
const { send, sendJson } = require('../answer.js')
const { Refusal } = require('../refusal.js')

// A page and its files: there is nothing secret in them, so they come without the token, which the page asks for.

const FOLDER = join(__dirname, '..', 'page')
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' }
/** The files of the endpoint's page, by name: nothing else is opened. */
const FILES = [
  'api.js',
  'charts.js',
  'element.js',
  'format.js',
  'icon.svg',
  'login.js',
  'looks.js',
  'page.css',
  'page.js',
  'readings.js',
  'sites.js',
  'snapshots.js',
  'suspect.js',
  'treemap.js',
  'uplot.css',
  'uplot.js',
  'verdict.js',
  'work.js',
]

const files = new Map()

/** Read once, at the first request. */
function file(path) {
  if (files.has(path)) return files.get(path)
  const body = readFileSync(path)
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
  const read = { body, headers: { 'Content-Type': `${TYPES[extname(path)]}; charset=utf-8`, ETag: tag, 'Cache-Control': 'no-cache' } }
  files.set(path, read)
  return read
}

function sendFile(req, res, path) {
  const { body, headers } = file(path)
  if (req.headers['if-none-match'] === headers.ETag) return send(req, res, 304, headers)
  send(req, res, 200, headers, body)
}

/** The routes of a page: its path, and the paths of its files by name. */
function pageRoutes(page, assets) {
  return [
    {
      method: 'GET',
      path: '/',
      summary: 'The page',
      open: true,
      answers: 'text/html',
      run(_endpoint, { req, res, bare }) {
        if (bare === undefined) return sendFile(req, res, page)
        // Or the page's files would be looked for beside the mount. Relative, because a proxy may have taken a prefix off.
        send(req, res, 308, { Location: `./${bare.slice(bare.lastIndexOf('/') + 1)}/` })
      },
    },
    {
      method: 'GET',
      path: '/assets/{file}',
      summary: 'A file of the page',
      open: true,
      answers: 'text/plain',
      run(_endpoint, { req, res, params }) {
        const path = assets.get(params.file)
        if (path === undefined) throw new Refusal(404, 'there is no such file')
        sendFile(req, res, path)
      },
    },
  ]
}

const own = (name) => join(FOLDER, name)

const OPENAPI = {
  method: 'GET',
  path: '/openapi.json',
  summary: 'This description',
  open: true,
  answers: 'object',
  // Not before it is asked for: it is made from the table that this route is in.
  run: (endpoint, { req, res }) => sendJson(req, res, require('../openapi.js').openapi(endpoint.settings)),
}

module.exports = { PAGE_ROUTES: [...pageRoutes(own('index.html'), new Map(FILES.map((name) => [name, own(name)]))), OPENAPI], FILES, own, pageRoutes }
