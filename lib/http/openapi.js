'use strict'

const { version } = require('../../package.json')
const { ROUTES } = require('./routes/table.js')

const JSON_TYPE = 'application/json'

/** The description of the endpoint as it is set up: made from the table of routes, so that it is true. */
function openapi({ token }) {
  const paths = {}
  for (const route of ROUTES) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route, token)
  return {
    openapi: '3.1.0',
    info: { title: 'leakguard', version, description: 'Memory of a running Node.js app: figures, leaks, captures.' },
    servers: [{ url: './' }],
    paths,
    components: {
      schemas: { Failure: FAILURE },
      ...(token !== undefined && { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }),
    },
  }
}

function operation({ method, path, summary, query = {}, changes, open, answers }, token) {
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-z]+(\w?)/gi, (_, letter) => letter.toUpperCase())}`,
    summary,
    parameters: [...pathParameters(path), ...queryParameters(query), ...(changes ? [OWN_HEADER] : [])],
    responses: { ...success(path, answers), ...failures({ changes, open, path, token }) },
    ...(token !== undefined && { security: open ? [] : [{ token: [] }] }),
  }
}

function pathParameters(path) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

function queryParameters(query) {
  return Object.entries(query).map(([name, { description, schema }]) => ({ name, in: 'query', description, schema }))
}

const OWN_HEADER = {
  name: 'X-Leakguard',
  in: 'header',
  required: true,
  description: 'Any value: forged requests of other sites do not have it',
  schema: { type: 'string', examples: ['1'] },
}

const FAILURE = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', pattern: '^ERR_LEAKGUARD_' },
        message: { type: 'string' },
        need: { type: 'number', description: 'Bytes that the capture is estimated to need' },
        headroom: { type: 'number', description: 'Bytes that are left for it' },
        limit: { type: 'string', description: 'Whose limit it is' },
        estimateMs: { type: 'number', description: 'The estimated pause' },
      },
    },
  },
}

const LINK = {
  type: 'object',
  required: ['link', 'path', 'lastsMs'],
  properties: { link: { type: 'string' }, path: { type: 'string' }, lastsMs: { type: 'number' } },
}

function success(path, answers) {
  if (answers === 'nothing') return { 204: { description: 'Done' } }
  if (answers === 'link') return { 201: { description: 'The link, its path below the mount, and how long it lasts', content: { [JSON_TYPE]: { schema: LINK } } } }
  const content = answers === 'object' ? { [JSON_TYPE]: { schema: { type: 'object' } } } : Object.fromEntries(typesOf(path, answers).map((type) => [type, {}]))
  const done = { 200: { description: 'Done', content } }
  if (path === '/snapshot') done[201] = { description: 'Kept in the folder: its name', content: { [JSON_TYPE]: { schema: { type: 'object', required: ['name'] } } } }
  if (path === '/snapshots/{name}') done[206] = { description: 'The part that Range asks for', content }
  if (path === '/') done[308] = { description: 'The page is at the mount with a slash' }
  if (path === '/' || path.startsWith('/assets')) done[304] = { description: 'Not changed' }
  return done
}

function typesOf(path, answers) {
  if (path === '/metrics') return [answers, 'application/openmetrics-text']
  if (path.startsWith('/assets')) return ['text/javascript', 'text/css', 'image/svg+xml']
  return answers === 'application/octet-stream' ? [answers, 'application/gzip', 'application/zstd'] : [answers]
}

function failures({ changes, open, path, token }) {
  const what = {
    400: 'A parameter is wrong, or a secret is in the URL',
    413: 'The body is too large',
    415: 'The body is compressed',
    ...(token !== undefined && !open && { 401: 'The token is missing or wrong' }),
    ...((token === undefined || path.includes('{') || path === '/links') && { 404: 'There is nothing of that name, or nothing for this client' }),
    ...((changes || COSTLY.has(path)) && { 403: 'The header is missing, or beforeCapture refused' }),
    ...(path === '/events' && { 503: 'Too many clients listen' }),
    ...((path.startsWith('/snapshots') || path === '/links') && { 501: 'There is no folder, or this version cannot do that', 503: 'The folder cannot be read, or too many read it' }),
    ...(path === '/links/{link}' && { 410: 'It was followed, or not in time' }),
    ...(path === '/snapshots/{name}' && { 416: 'The file has no such range' }),
    ...(COSTLY.has(path) && {
      409: 'A capture is in progress',
      429: 'Too many were asked for in this minute',
      501: 'This platform or version cannot do that',
      503: 'The capture failed, or would take too long',
      507: 'There is not enough memory or disk',
    }),
  }
  const content = { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Failure' } } }
  return Object.fromEntries(
    Object.entries(what).map(([status, description]) => [status, { description, content: status === '404' ? { ...content, 'text/plain': {} } : content }]),
  )
}

const COSTLY = new Set(['/snapshot', '/census', '/growth', '/gc', '/snapshots/{name}', '/links/{link}'])

module.exports = { openapi }
