'use strict'

const { send, sendClosed } = require('./answer.js')
const { withoutBody } = require('./body.js')
const { Refusal } = require('./refusal.js')
const { valuesOf } = require('./target.js')

// From a request to the route of a table that answers it. What a route is: routes/table.js.

/** The header that a form or a picture of a stranger's page cannot send. */
const OWN_HEADER = 'x-leakguard'

/** Answers by `routes`; `endpoint` is what they share, with its `guard` and its `settings.stall`. */
async function answer(routes, endpoint, req, res, { path, query, bare }) {
  const admission = await endpoint.guard.admission(req)
  if (admission === 'closed') return sendClosed(req, res)
  const found = routesOf(routes, path)
  const route = found?.routes[req.method === 'HEAD' ? 'GET' : req.method]
  if (admission === 'unproven' && !isOpen(found, route)) throw unproven(query)
  if (found === undefined) throw new Refusal(404, `there is nothing of this path${routesOf(routes, '/openapi.json') ? '; /openapi.json lists what there is' : ''}`)
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

/** The routes of a path, by method, with the path's parameters; `undefined`: there is nothing of that path. */
function routesOf(table, path) {
  const asked = path.split('/')
  const routes = {}
  let params = {}
  for (const route of table) {
    const found = match(route.path.split('/'), asked)
    if (found === undefined) continue
    routes[route.method] = route
    params = found
  }
  return Object.keys(routes).length === 0 ? undefined : { routes, params }
}

function match(pattern, asked) {
  if (pattern.length !== asked.length) return undefined
  const params = {}
  for (const [index, part] of pattern.entries()) {
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? []
    if (name !== undefined && asked[index] !== '') params[name] = asked[index]
    else if (part !== asked[index]) return undefined
  }
  return params
}

/** `Allow` of a path. */
function methodsOf(routes) {
  const names = Object.keys(routes)
  return [...names, ...(names.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
}

module.exports = { answer }
