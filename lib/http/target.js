'use strict'

const { Refusal } = require('./refusal.js')

/** Where secrets would be written into logs and histories. */
const SECRETS = ['token', 'access_token', 'authorization', 'auth', 'key', 'api_key', 'apikey', 'bearer', 'password', 'secret']

/**
 * What a request asks for: `{ path, query, bare }`, the path below the mount, still encoded, and beginning with a slash; `bare`
 * is whether the client asked for the mount without a slash at its end. `undefined`: nothing below `mount`.
 *
 * Express and Connect take the mount off the URL themselves; elsewhere it is told as `mount`.
 */
function targetOf(req, mount) {
  const [whole, search = ''] = split(req.url ?? '/')
  if (mount !== undefined && whole !== mount && !whole.startsWith(`${mount}/`)) return undefined
  const path = (mount === undefined ? whole : whole.slice(mount.length)) || '/'
  const [asked] = split(req.originalUrl ?? req.url ?? '/')
  return { path, query: new URLSearchParams(search), bare: path === '/' && !asked.endsWith('/') ? asked : undefined }
}

/** Path and search. A proxy's client names scheme and host too. */
function split(url) {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return [path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, ''), mark < 0 ? '' : url.slice(mark + 1)]
}

/** The values of a query by the rules of a route: each once, none unknown, and no secrets. */
function valuesOf(query, rules = {}) {
  const values = {}
  for (const [name, value] of query) {
    if (SECRETS.includes(name.toLowerCase())) {
      throw new Refusal(400, 'a secret does not belong into a URL, where logs keep it: send "Authorization: Bearer …", and change this one')
    }
    if (!Object.hasOwn(rules, name)) throw new Refusal(400, knownText(rules), { code: 'ERR_LEAKGUARD_OPTION' })
    if (Object.hasOwn(values, name)) throw new Refusal(400, `"${name}" is given twice`, { code: 'ERR_LEAKGUARD_OPTION' })
    values[name] = value
  }
  return Object.fromEntries(Object.entries(rules).map(([name, { read }]) => [name, read(name, values[name])]))
}

function knownText(rules) {
  const names = Object.keys(rules)
  return names.length === 0 ? 'there are no parameters here' : `a parameter is not known here: there are ${names.join(', ')}`
}

module.exports = { targetOf, valuesOf }
