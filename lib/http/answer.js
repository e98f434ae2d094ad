'use strict'

const { refusalOf } = require('./refusal.js')

/** No script but the page's own files, nothing from elsewhere, in no frame, kept by no cache, told to nobody. */
const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Robots-Tag': 'noindex',
  'Cache-Control': 'no-store',
}

/** Sends head and body at once; HEAD gets the head of what GET would. */
function send(req, res, status, headers, body = '') {
  if (res.headersSent || res.destroyed) return
  const bytes = Buffer.from(body)
  const length = status === 204 || status === 304 ? {} : { 'Content-Length': bytes.length }
  res.writeHead(status, { ...SECURITY_HEADERS, ...headers, ...length })
  res.end(req.method === 'HEAD' || status === 204 || status === 304 ? undefined : bytes)
}

function sendJson(req, res, value, status = 200, headers = {}) {
  send(req, res, status, { 'Content-Type': 'application/json; charset=utf-8', ...headers }, JSON.stringify(value))
}

/** Tells what went wrong; where the answer has begun, cuts it off, so that nobody takes a part for the whole. */
function sendFailure(req, res, error) {
  if (res.headersSent) return void res.destroy()
  const { status, headers, body } = refusalOf(error)
  sendJson(req, res, body, status, headers)
}

/** For those to whom there is nothing here. */
function sendClosed(req, res) {
  send(req, res, 404, { 'Content-Type': 'text/plain; charset=utf-8' }, 'Not Found\n')
}

module.exports = { SECURITY_HEADERS, send, sendJson, sendFailure, sendClosed }
