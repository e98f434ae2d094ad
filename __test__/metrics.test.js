'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { metrics: api } = require('@opentelemetry/api')
const { parser: promql } = require('@prometheus-io/lezer-promql')
const { MeterProvider, MetricReader, DataPointType } = require('@opentelemetry/sdk-metrics')
const parse = require('parse-prometheus-text-format')
const client = require('prom-client')
const leakguard = require('leakguard')
const { collectMetrics } = require('leakguard/prom-client')
const { registerMetrics } = require('leakguard/otel')
const { root } = require('./support/child.js')
const { served } = require('./support/endpoint.js')

test('the endpoint: a parser of Prometheus reads it, figures are those of the process', async (t) => {
  const watchdog = leakguard.watch()
  t.after(() => watchdog.stop())
  const { ask } = await served(t, { watchdog })
  leakguard.gc()
  watchdog.emit('leak', { text: 'a leak' })
  const { headers, body } = await ask('GET', '/heap/metrics')
  assert.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const families = Object.fromEntries(parse(body).map((family) => [family.name, family]))
  const value = (name) => Number(families[name].metrics[0].value)
  assert.equal(families.leakguard_heap_used_bytes.type, 'GAUGE')
  assert.ok(value('leakguard_heap_used_bytes') > 1e6 && value('leakguard_heap_limit_bytes') > value('leakguard_heap_used_bytes'))
  assert.ok(Math.abs(value('leakguard_rss_bytes') / process.memoryUsage.rss() - 1) < 0.5)
  assert.equal(families.leakguard_gc_collections_total.type, 'COUNTER')
  const full = () => Number(families.leakguard_gc_collections_total.metrics.find(({ labels }) => labels.kind === 'mark-compact').value)
  assert.ok(full() >= 1)
  assert.equal(value('leakguard_leaks_total'), 1)
  assert.deepEqual(families.leakguard_leak_state.metrics.map(({ value }) => Number(value)).sort(), [0, 0, 0, 1])
  for (const { name, help } of Object.values(families)) assert.ok(name.startsWith('leakguard_') && help.length > 5, name)
})

test('the endpoint: OpenMetrics to those who accept it, in its grammar', async (t) => {
  const { ask } = await served(t, {})
  const { headers, body } = await ask('GET', '/heap/metrics', { headers: { Accept: 'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.3' } })
  assert.match(headers['content-type'], /^application\/openmetrics-text; version=1\.0\.0/)
  assert.match(body, /\n# EOF\n$/)
  assert.ok(!body.includes('\n\n'))
  let family
  const seen = new Set()
  for (const line of body.trimEnd().split('\n').slice(0, -1)) {
    const [, name, type] = /^# TYPE (\S+) (gauge|counter)$/.exec(line) ?? []
    if (name !== undefined) family = { name, type }
    else if (/^# (HELP|UNIT) /.test(line)) {
      const [, about] = /^# HELP (\S+) [^\n]+$/.exec(line) ?? /^# UNIT (\S+) \S+$/.exec(line)
      if (line.startsWith('# HELP')) assert.ok(!seen.has(about) && seen.add(about), about)
      // A family's name ends in its unit.
      else assert.ok(about === family.name && about.endsWith(line.split(' ')[3]), line)
    } else {
      const [, sample] = /^([a-z_]+)(?:\{[a-z]+="[^"\\]*"\})? -?\d[\d.e+-]*$/.exec(line) ?? []
      assert.equal(sample, family.type === 'counter' ? `${family.name}_total` : family.name, line)
    }
  }
  assert.ok(seen.size >= 10)
})

test('prom-client: in the registry of the user, until it is stopped', async (t) => {
  const register = new client.Registry()
  new client.Gauge({ name: 'mine', help: 'of the app', registers: [register] }).set(5)
  const metrics = collectMetrics({ register })
  t.after(() => metrics.stop())
  const first = await register.metrics()
  const second = await register.metrics()
  const value = (text, name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  assert.equal(value(first, 'mine'), 5)
  assert.ok(value(first, 'leakguard_heap_used_bytes') > 1e6)
  // Figures are set, not added up.
  assert.ok(value(second, 'leakguard_heap_limit_bytes') === value(first, 'leakguard_heap_limit_bytes'))
  assert.match(second, /^leakguard_leak_state\{state="(watching|quiet|suspicious|confirmed)"\} 1$/m)
  leakguard.gc()
  const counted = (text) => Number(/^leakguard_gc_collections_total\{kind="mark-compact"\} (\d+)$/m.exec(text)?.[1] ?? 0)
  assert.ok(counted(await register.metrics()) > 0)
  assert.ok(parse(second).length >= 10)
  assert.throws(() => collectMetrics({ register }), /already been registered/)
  assert.throws(() => collectMetrics({ register: {} }), { code: 'ERR_LEAKGUARD_OPTION' })
})

test('prom-client: what is stopped leaves the registry as it was', async () => {
  const register = new client.Registry()
  const metrics = collectMetrics({ register })
  metrics.stop()
  metrics.stop()
  assert.equal((await register.metrics()).trim(), '')
  collectMetrics({ register }).stop()
})

class Reader extends MetricReader {
  async onShutdown() {}
  async onForceFlush() {}
}

test('OpenTelemetry: observable instruments, with units as they are written there', async (t) => {
  const reader = new Reader()
  const meterProvider = new MeterProvider({ readers: [reader] })
  const metrics = registerMetrics({ meterProvider })
  t.after(() => metrics.stop())
  leakguard.gc()
  const collected = async () => {
    const { resourceMetrics, errors } = await reader.collect()
    assert.deepEqual(errors, [])
    return Object.fromEntries((resourceMetrics.scopeMetrics[0]?.metrics ?? []).map((metric) => [metric.descriptor.name, metric]))
  }
  const found = await collected()
  const used = found['leakguard.heap.used']
  assert.equal(used.descriptor.unit, 'By')
  assert.ok(used.dataPoints[0].value > 1e6)
  const pause = found['leakguard.gc.pause']
  assert.equal(pause.dataPointType, DataPointType.SUM)
  assert.equal(pause.isMonotonic, true)
  assert.equal(pause.descriptor.unit, 's')
  assert.ok(pause.dataPoints.some(({ attributes }) => attributes['leakguard.kind'] === 'mark-compact'))
  assert.equal(found['leakguard.open.fds']?.descriptor.unit ?? '{descriptor}', '{descriptor}')
  metrics.stop()
  metrics.stop()
  // The SDK tells the last figures again: no newer ones come.
  const last = async () => (await collected())['leakguard.heap.used']?.dataPoints[0].value
  assert.equal(await last(), await last())
})

test('OpenTelemetry: the global provider, where none is given', async () => {
  const reader = new Reader()
  api.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  const metrics = registerMetrics()
  const { resourceMetrics } = await reader.collect()
  metrics.stop()
  api.disable()
  assert.equal(resourceMetrics.scopeMetrics[0].scope.name, 'leakguard')
  assert.throws(() => registerMetrics({ meterProvider: 5 }), { code: 'ERR_LEAKGUARD_OPTION' })
})

test('the documents name metrics that there are, and the table lists all of them', () => {
  const { INSTRUMENTS, prometheusName } = require('../lib/metrics/instruments.js')
  const names = new Set(INSTRUMENTS.map((instrument) => prometheusName(instrument)))
  const read = (name) => readFileSync(join(root, 'docs', name), 'utf8')
  for (const file of ['fleet.md', 'grafana/dashboard.json', 'grafana/alerts.yaml']) {
    const used = [...read(file).matchAll(/\bleakguard_[a-z_]+/g)].map(([name]) => name)
    assert.ok(used.length > 5)
    for (const name of used) assert.ok(names.has(name), `${file}: ${name}`)
  }
  const row = (instrument) => `| \`${prometheusName(instrument)}\` | ${instrument.type}${instrument.labels ? `, by \`${instrument.labels}\`` : ''} | ${instrument.help} |`
  const [, table] = /<!-- metrics -->\n([^]*?)<!-- \/metrics -->/.exec(read('fleet.md'))
  assert.equal(table.trim(), INSTRUMENTS.map(row).join('\n'))
})

/** In the grammar of Prometheus' own editor, as Grafana sends it: with values in place of its variables. */
function assertPromQL(expr) {
  const sent = expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h').replace(/\$\{?\w+\}?/g, '.*')
  const faults = []
  promql.parse(sent).iterate({ enter: ({ type, from }) => void (type.isError && faults.push(sent.slice(from))) })
  assert.deepEqual(faults, [], sent)
}

test('the alerts are rules of Prometheus: every expression is PromQL, every template names a label or the value', () => {
  const text = readFileSync(join(root, 'docs', 'grafana', 'alerts.yaml'), 'utf8')
  const expressions = [...text.matchAll(/^ +expr: (.+)$/gm)].map(([, expr]) => expr)
  const names = [...text.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name)
  assert.ok(names.length >= 6)
  assert.equal(expressions.length, names.length)
  assert.equal(new Set(names).size, names.length)
  for (const expr of expressions) assertPromQL(expr)
  assert.throws(() => assertPromQL('sum(rate(x[5m])'), 'what is cut off is found')
  for (const [, inside] of text.matchAll(/\{\{(.+?)\}\}/g)) assert.match(inside, /^ (\$labels\.(instance|job)|\$value( \| humanize\w*)?) $/)
  for (const [, severity] of text.matchAll(/severity: (\w+)/g)) assert.ok(['info', 'warning', 'critical'].includes(severity))
})

test('the dashboard is one that Grafana imports: panels with places, queries and a choice of the source', () => {
  const dashboard = JSON.parse(readFileSync(join(root, 'docs', 'grafana', 'dashboard.json'), 'utf8'))
  assert.ok(dashboard.title && dashboard.uid && dashboard.schemaVersion >= 36)
  assert.equal(dashboard.id, undefined)
  const ids = dashboard.panels.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  const taken = new Set()
  for (const { title, gridPos: { x, y, w, h }, targets, datasource, type } of dashboard.panels) {
    assert.ok(title && x + w <= 24 && targets.length > 0 && datasource.uid === '${datasource}' && ['stat', 'timeseries', 'bargauge'].includes(type))
    for (let column = x; column < x + w; column++) for (let line = y; line < y + h; line++) assert.ok(!taken.has(`${column} ${line}`) && taken.add(`${column} ${line}`), title)
    for (const { expr } of targets) assertPromQL(expr)
  }
  assert.deepEqual(dashboard.templating.list.map(({ name }) => name), ['datasource', 'job', 'instance'])
})
