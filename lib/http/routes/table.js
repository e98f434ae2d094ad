'use strict'

const { CAPTURES } = require('./captures.js')
const { DOWNLOADS } = require('./downloads.js')
const { LIVE } = require('./live.js')
const { PAGE_ROUTES } = require('./page.js')
const { SNAPSHOTS } = require('./snapshots.js')

/**
 * All that the endpoint answers, once: the router and the OpenAPI description are made from this table. A route has `method`,
 * `path`, `summary`, `query`, `answers` (the content's type), `run(endpoint, { req, res, values, params, bare })`, `open`
 * (needs no token) and `changes` (needs the header against forged requests).
 */
const ROUTES = [...PAGE_ROUTES, ...LIVE, ...CAPTURES, ...SNAPSHOTS, ...DOWNLOADS]

/** The routes of a path, by method, with the path's parameters; `undefined`: there is nothing of that path. */
function routesOf(path) {
  const asked = path.split('/')
  const routes = {}
  let params = {}
  for (const route of ROUTES) {
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

module.exports = { ROUTES, routesOf, methodsOf }
