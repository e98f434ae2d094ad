'use strict'

const { send, sendJson } = require('../answer.js')
const { savedAs } = require('../download.js')
const query = require('../query.js')
const { MADE, nameOf, sendSnapshot } = require('./captures.js')
const { sendStored } = require('./snapshots.js')

// Downloads by a browser itself, which streams into a file and can send no header: by links that work once.

const MAKE = {
  method: 'POST',
  path: '/links',
  summary: "A link that works once, for a minute and without the token: for a browser's own download",
  changes: true,
  query: { ...MADE, name: query.text("A snapshot of the folder; without it, one is captured when the link is followed", 220) },
  answers: 'link',
  async run(endpoint, { req, res, values }) {
    const { name } = values
    if (name !== undefined) await endpoint.folder.check(name)
    const run = name === undefined ? (asked) => sendNew(endpoint, values, asked) : (asked) => sendStored(endpoint, name, asked)
    const { link, lastsMs } = endpoint.links.make(run)
    sendJson(req, res, { link, path: `links/${link}`, lastsMs }, 201)
  },
}

function sendNew(endpoint, values, { req, res, took }) {
  if (req.method === 'HEAD') return send(req, res, 200, savedAs(nameOf(values)))
  return sendSnapshot(endpoint, values, { res, took })
}

const FOLLOW = {
  method: 'GET',
  path: '/links/{link}',
  summary: 'What the link was made for: a snapshot',
  open: true,
  answers: 'application/octet-stream',
  run: ({ links }, { req, res, params: { link } }) => links.follow(link, { req, res }),
}

const REVOKE = {
  method: 'DELETE',
  path: '/links/{link}',
  summary: 'Makes the link worthless, and cuts off what is sent for it',
  changes: true,
  answers: 'nothing',
  run({ links }, { req, res, params: { link } }) {
    links.revoke(link)
    send(req, res, 204, {})
  },
}

const OUTCOME = {
  method: 'GET',
  path: '/links/{link}/outcome',
  summary: 'What became of it: waiting, running, done, failed or stale; the bytes that were sent; the failure',
  answers: 'object',
  run: ({ links }, { req, res, params: { link } }) => sendJson(req, res, links.outcome(link)),
}

module.exports = { DOWNLOADS: [MAKE, FOLLOW, REVOKE, OUTCOME] }
