'use strict'

const { registerMetrics } = require('./lib/metrics/otel.js')

module.exports.registerMetrics = registerMetrics
