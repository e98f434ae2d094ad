'use strict'

const { LeakguardError } = require('../errors.js')
const { validate, wrong } = require('../options.js')
const { INSTRUMENTS, rowsOf, prometheusName } = require('./instruments.js')
const { metricsSource, SOURCE_RULES } = require('./source.js')

const RULES = { register: any, client: any, ...SOURCE_RULES }

function any(_name, value) {
  return value
}

/**
 * Registers leakguard's metrics with prom-client, in the user's registry: `{ stop() }`, which takes them out again. They are read
 * when the registry is asked.
 */
function collectMetrics(options) {
  const { client = theirs(), register: registry = client.register, ...rest } = validate(options, RULES)
  const { Gauge, Counter } = client
  if (typeof registry?.registerMetric !== 'function') throw wrong(`"register" must be a Registry of prom-client`)
  const source = metricsSource(rest)
  const names = INSTRUMENTS.map((instrument) => prometheusName(instrument))
  // All of them are read once for a scrape: the first one's reading is the others', too.
  let reading
  const now = () => {
    if (reading === undefined) {
      reading = source.now()
      queueMicrotask(() => (reading = undefined))
    }
    return reading
  }
  try {
    for (const instrument of INSTRUMENTS) metricOf(instrument, instrument.type === 'counter' ? Counter : Gauge, registry, now)
  } catch (error) {
    for (const name of names) registry.removeSingleMetric(name)
    source.stop()
    throw error
  }
  const stop = () => {
    for (const name of names) registry.removeSingleMetric(name)
    source.stop()
  }
  return { stop, [Symbol.dispose]: stop }
}

function metricOf(instrument, Metric, registry, now) {
  return new Metric({
    name: prometheusName(instrument),
    help: instrument.help,
    labelNames: instrument.labels ?? [],
    registers: [registry],
    collect() {
      this.reset()
      // Without labels prom-client writes a 0 for what was reset, which would be a figure.
      const rows = rowsOf(instrument, now())
      if (rows.length === 0 && !instrument.labels) this.remove()
      for (const { labels, value } of rows) this.inc(labels, value)
    },
  })
}

function theirs() {
  try {
    return require('prom-client')
  } catch (cause) {
    throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', 'prom-client is not installed beside leakguard: install it, or give it as "client"', { cause })
  }
}

module.exports = { collectMetrics }
