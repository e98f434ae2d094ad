'use strict'

module.exports = require('./lib/compat/memwatch.js')
