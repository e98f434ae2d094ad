'use strict'

const { version } = require('../../package.json')
const { LeakguardError } = require('../errors.js')
const { validate, wrong } = require('../options.js')
const { INSTRUMENTS, rowsOf } = require('./instruments.js')
const { metricsSource, SOURCE_RULES } = require('./source.js')

const RULES = { meterProvider, ...SOURCE_RULES }
/** Units as UCUM writes them. */
const UNITS = { bytes: 'By', seconds: 's', bytes_per_second: 'By/s' }

function meterProvider(name, value) {
  if (value === undefined || typeof value?.getMeter === 'function') return value
  throw wrong(`"${name}" must be a MeterProvider of OpenTelemetry`)
}

/**
 * Registers leakguard's metrics as observable instruments of OpenTelemetry: `{ stop() }`. With the application's MeterProvider, or
 * the global one. All are read at once when a reader collects.
 */
function registerMetrics(options) {
  const { meterProvider: provider = theirs().metrics, ...rest } = validate(options, RULES)
  const meter = provider.getMeter('leakguard', version)
  const source = metricsSource(rest)
  const instruments = new Map(INSTRUMENTS.map((instrument) => [instrument, made(meter, instrument)]))
  const observe = (result) => {
    const now = source.now()
    for (const [instrument, observable] of instruments) {
      for (const { labels, value } of rowsOf(instrument, now)) result.observe(observable, value, attributesOf(labels))
    }
  }
  meter.addBatchObservableCallback(observe, [...instruments.values()])
  let stopped = false
  const stop = () => {
    if (stopped) return
    stopped = true
    meter.removeBatchObservableCallback(observe, [...instruments.values()])
    source.stop()
  }
  return { stop, [Symbol.dispose]: stop }
}

/** `leakguard.heap.live`: units and `total` are no part of a name there. */
function made(meter, { name, unit, each = '1', type, help }) {
  const options = { description: help, unit: UNITS[unit] ?? each }
  const full = `leakguard.${name.replaceAll(' ', '.')}`
  return type === 'counter' ? meter.createObservableCounter(full, options) : meter.createObservableGauge(full, options)
}

function attributesOf(labels) {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [`leakguard.${name}`, value]))
}

function theirs() {
  try {
    return require('@opentelemetry/api')
  } catch (cause) {
    const message = '@opentelemetry/api is not installed beside leakguard: install it, or give your "meterProvider"'
    throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', message, { cause })
  }
}

module.exports = { registerMetrics }
