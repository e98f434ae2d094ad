'use strict'

const { pipeline } = require('node:stream/promises')
const { redact } = require('../../redact/redact.js')
const { SECURITY_HEADERS, send, sendJson } = require('../answer.js')
const { Download, savedAs } = require('../download.js')
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
  summary: 'One of them',
  answers: 'application/octet-stream',
  async run(endpoint, { req, res, params: { name } }) {
    const { file, bytes } = await endpoint.folder.open(name)
    try {
      if (res.destroyed) return
      if (isForced(endpoint)) return await redacted(endpoint, file, name, req, res)
      res.writeHead(200, { ...SECURITY_HEADERS, ...savedAs(name), 'Content-Length': bytes })
      if (req.method === 'HEAD') return void res.end()
      // A file that grows meanwhile would overrun its length.
      if (bytes === 0) return void res.end()
      await pipeline(file.createReadStream({ end: bytes - 1, autoClose: false }), res)
    } finally {
      await file.close()
    }
  },
}

/** It was written by somebody who did not redact, and is plain on its way out. */
async function redacted({ desk }, file, name, req, res) {
  const headers = savedAs(name.replace(/\.(?:gz|zst)$/, ''))
  if (req.method === 'HEAD') return send(req, res, 200, headers)
  await desk.serve('snapshot', res, (signal) => redact(file.createReadStream({ autoClose: false }), new Download(res, headers), { ...FORCED, signal }))
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

module.exports = { SNAPSHOTS: [LIST, FETCH, REMOVE] }
