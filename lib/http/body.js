'use strict'

const { Refusal } = require('./refusal.js')

const MOST_BYTES = 16 * 1024

/**
 * Takes a request's body, which is to be empty or `{}`: parameters are in the query. It is read to its end, or the connection
 * could not be used again, and never kept beyond its limit.
 */
async function withoutBody(req) {
  const { 'content-length': length, 'content-encoding': encoding } = req.headers
  if (encoding !== undefined && encoding !== 'identity') throw new Refusal(415, 'a compressed body is not read')
  if (Number(length) > MOST_BYTES) throw tooLarge()
  const text = req.readableEnded || req.body !== undefined ? parsed(req.body) : await read(req)
  if (!/^\s*(?:\{\s*\}\s*)?$/.test(text)) {
    throw new Refusal(400, 'parameters go into the query, as in ?compress=gzip; the body stays empty', { code: 'ERR_LEAKGUARD_OPTION' })
  }
}

/** What a parser of the app's made of it. */
function parsed(body) {
  if (body === undefined || body === null) return ''
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body.length > MOST_BYTES ? 'long' : String(body)
  return Object.keys(body).length === 0 ? '' : 'filled'
}

/** By listeners, because what is iterated would be destroyed at the limit, and its answer with it. */
function read(req) {
  return new Promise((resolve, reject) => {
    let bytes = 0
    const chunks = []
    const settle = (action) => {
      req.off('data', data).off('end', end).off('error', gone).off('close', gone)
      action()
    }
    const data = (chunk) => {
      bytes += chunk.length
      if (bytes > MOST_BYTES) settle(() => reject(tooLarge()))
      else chunks.push(Buffer.from(chunk))
    }
    const end = () => settle(() => resolve(Buffer.concat(chunks).toString('latin1')))
    const gone = () => settle(() => reject(new Refusal(400, 'the request was cut off')))
    req.on('data', data).on('end', end).on('error', gone).on('close', gone)
    if (req.destroyed) gone()
  })
}

function tooLarge() {
  return new Refusal(413, `a body has at most ${MOST_BYTES} bytes here`, { headers: { Connection: 'close' } })
}

module.exports = { withoutBody }
