'use strict'

module.exports = require('./lib/compat/heapdump.js')
