'use strict'

module.exports = require('./lib/http/koa.js')
