'use strict'

const { collectMetrics } = require('./lib/metrics/prom-client.js')

module.exports.collectMetrics = collectMetrics
