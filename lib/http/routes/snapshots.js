'use strict'

const { pipeline } = require('node:stream/promises')
const { redact } = require('../../redact/redact.js')
const { SECURITY_HEADERS, send, sendJson } = require('../answer.js')
const { savedAs } = require('../download.js')
const { isForced } = require('./captures.js')

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
    const forced = isForced(endpoint)
    const { file, bytes } = await endpoint.folder.open(name)
    try {
      if (res.destroyed) return
      // Redacted on its way, it is plain, and its length is not known before.
      const as = forced ? savedAs(name.replace(/\.(gz|zst)$/, '')) : { ...savedAs(name), 'Content-Length': bytes }
      res.writeHead(200, { ...SECURITY_HEADERS, ...as })
      if (req.method === 'HEAD') return void res.end()
      // A file that grows meanwhile would overrun its length.
      if (bytes === 0) return void res.end()
      const content = file.createReadStream({ end: bytes - 1, autoClose: false })
      await (forced ? redact(content, res) : pipeline(content, res))
    } finally {
      await file.close()
    }
  },
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
