'use strict'

const { INSTRUMENTS, rowsOf, prometheusName } = require('./instruments.js')

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** The metrics as a scraper wants them: `{ type, text }`, OpenMetrics where it accepts that. */
function metricsText(now, accept = '') {
  const open = /(?:^|,)\s*application\/openmetrics-text\b/i.test(accept)
  const text = INSTRUMENTS.map((instrument) => family(instrument, rowsOf(instrument, now), open)).join('')
  return open ? { type: OPEN_METRICS, text: `${text}# EOF\n` } : { type: PROMETHEUS, text }
}

function family(instrument, rows, open) {
  if (rows.length === 0) return ''
  const title = prometheusName(instrument, { family: open })
  const unit = open && instrument.unit ? `# UNIT ${title} ${instrument.unit}\n` : ''
  const name = prometheusName(instrument)
  const lines = rows.map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`)
  return `# HELP ${title} ${escaped(instrument.help, open)}\n# TYPE ${title} ${instrument.type}\n${unit}${lines.join('')}`
}

function labelText(labels) {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value), true)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text, quotes) {
  const line = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return quotes ? line.replaceAll('"', '\\"') : line
}

module.exports = { metricsText }
