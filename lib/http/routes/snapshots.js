'use strict'

const { Readable } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const { redact } = require('../../redact/redact.js')
const { SECURITY_HEADERS, send, sendJson } = require('../answer.js')
const { Download, savedAs } = require('../download.js')
const { rangeOf } = require('../range.js')
const { FORCED, isForced } = require('./captures.js')

// The server's folder of snapshots.

const LIST = {
  method: 'GET',
  path: '/snapshots',
  summary: "The snapshots of the server's folder, newest first",
  answers: 'object',
  run: async ({ folder }, { req, res }) => sendJson(req, res, { snapshots: await folder.list() }),
}

const FETCH = {
  method: 'GET',
  path: '/snapshots/{name}',
  summary: 'One of them, or a part of it: Range',
  answers: 'application/octet-stream',
  run: (endpoint, { req, res, params: { name } }) => sendStored(endpoint, name, { req, res }),
}

/** Sends a file of the folder. */
function sendStored(endpoint, name, { req, res, took }) {
  return endpoint.folder.reading(name, (file, bytes, tag) => {
    if (res.destroyed) return
    return isForced(endpoint) ? redacted(endpoint, file, name, { req, res, took }) : plain(endpoint, file, name, { bytes, tag, req, res, took })
  })
}

async function plain({ settings }, file, name, { bytes, tag, req, res, took }) {
  const part = rangeOf(req, bytes, tag)
  const { start, end } = part ?? { start: 0, end: bytes - 1 }
  const headers = {
    ...savedAs(name),
    'Accept-Ranges': 'bytes',
    ETag: tag,
    'Content-Length': end - start + 1,
    ...(part && { 'Content-Range': `bytes ${start}-${end}/${bytes}` }),
  }
  if (req.method === 'HEAD') return void res.writeHead(200, { ...SECURITY_HEADERS, ...headers }).end()
  const download = new Download(res, headers, { stall: settings.stall, status: part ? 206 : 200, took })
  // A file that grows meanwhile would overrun its length.
  await pipeline(bytes === 0 ? Readable.from([]) : file.createReadStream({ start, end, autoClose: false }), download)
}

/** It was written by somebody who did not redact, and is plain on its way out. Its length is not known before, and so no part of it. */
async function redacted({ desk, settings }, file, name, { req, res, took }) {
  const headers = savedAs(name.replace(/\.(?:gz|zst)$/, ''))
  if (req.method === 'HEAD') return send(req, res, 200, headers)
  await desk.serve('snapshot', res, (signal) => {
    const download = new Download(res, headers, { stall: settings.stall, took })
    return redact(file.createReadStream({ autoClose: false }), download, { ...FORCED, signal })
  })
}

const REMOVE = {
  method: 'DELETE',
  path: '/snapshots/{name}',
  summary: 'Removes one of them',
  changes: true,
  answers: 'nothing',
  async run({ folder }, { req, res, params: { name } }) {
    await folder.remove(name)
    send(req, res, 204, {})
  },
}

module.exports = { SNAPSHOTS: [LIST, FETCH, REMOVE], sendStored }
