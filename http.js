'use strict'

const { handler } = require('./lib/http/handler.js')
const { serve } = require('./lib/http/serve.js')

module.exports.handler = handler
module.exports.serve = serve
