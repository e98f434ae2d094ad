'use strict'

const { send, sendClosed, sendFailure } = require('./answer.js')
const { withoutBody } = require('./body.js')
const { Endpoint } = require('./endpoint.js')
const { Refusal } = require('./refusal.js')
const { methodsOf, routesOf } = require('./routes/table.js')
const { settingsOf } = require('./settings.js')
const { targetOf, valuesOf } = require('./target.js')

/** The header that a form or a picture of a stranger's page cannot send. */
const OWN_HEADER = 'x-leakguard'

/**
 * The endpoint as `(req, res, next?)`, for node:http, Express and Connect. `close()` ends it. It answers by itself, never throws,
 * and resolves when it has answered; `next` is called for what is not below `path`.
 */
function handler(options) {
  const settings = settingsOf(options)
  const endpoint = new Endpoint(settings)
  const handle = async (req, res, next) => {
    try {
      const target = targetOf(req, settings.path)
      if (target !== undefined) await answer(endpoint, req, res, target)
      else if (next === undefined) sendClosed(req, res)
    } catch (error) {
      sendFailure(req, res, error)
      return
    }
    if (next !== undefined && targetOf(req, settings.path) === undefined) next()
  }
  return Object.assign(handle, { close: () => endpoint.stop() })
}

async function answer(endpoint, req, res, { path, query, bare }) {
  const admission = await endpoint.guard.admission(req)
  if (admission === 'closed') return sendClosed(req, res)
  const found = routesOf(path)
  const route = found?.routes[req.method === 'HEAD' ? 'GET' : req.method]
  if (admission === 'unproven' && !isOpen(found, route)) throw unproven(query)
  if (found === undefined) throw new Refusal(404, 'there is nothing of this path; /openapi.json lists what there is')
  const allow = { Allow: methodsOf(found.routes) }
  if (req.method === 'OPTIONS') return send(req, res, 204, allow)
  if (route === undefined) throw new Refusal(405, `${allow.Allow} are allowed here`, { headers: allow })
  const values = valuesOf(query, route.query)
  if (route.changes && req.headers[OWN_HEADER] === undefined) {
    throw new Refusal(403, 'this needs the header "X-Leakguard: 1", which forged requests do not have')
  }
  await withoutBody(req)
  await route.run(endpoint, { req, res, values, params: found.params, bare })
  if (res.writableEnded && !res.writableFinished) cutOffStalled(res, endpoint.settings.stall)
}

/** Whether it needs no token. Of a path that has something open, everybody may know which methods there are. */
function isOpen(found, route) {
  return route === undefined ? Object.values(found?.routes ?? {}).some(({ open }) => open) : route.open
}

/** An answer that was given whole is in memory until it was read: not for ever. */
function cutOffStalled(res, stall) {
  const timer = setTimeout(() => res.destroy(), stall).unref()
  res.once('close', () => clearTimeout(timer))
}

function unproven(query) {
  valuesOf(query, Object.fromEntries([...query.keys()].map((name) => [name, { read: () => undefined }])))
  const headers = { 'WWW-Authenticate': 'Bearer realm="leakguard"' }
  return new Refusal(401, 'send the token as "Authorization: Bearer …"', { headers })
}

module.exports = { handler }
