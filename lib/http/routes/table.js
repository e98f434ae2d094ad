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

module.exports = { ROUTES }
