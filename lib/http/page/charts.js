/* global uPlot */
import { element } from './element.js'
import { bytes, clock, count, milliseconds } from './format.js'

const HEIGHT = { wide: 260, small: 168 }
/** The forecast is drawn for so much of the time that is shown. */
const AHEAD = 0.25
const GROWS = new Set(['suspicious', 'confirmed'])

const color = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const line = (label, name, read, more = {}) => ({ label, name, read, ...more })

/** What is drawn: `value` writes a figure, `lines` read it from a point. */
const CHARTS = [
  {
    title: 'Live heap',
    about: 'what lives after each full collection; a leak is a floor that rises',
    value: bytes,
    wide: true,
    lines: [
      line('heap between collections', '--faint', ({ used }) => used, { width: 1 }),
      line('lives', '--accent', ({ live }) => live, { width: 2.5, fill: true, points: true }),
    ],
    ahead: true,
  },
  {
    title: 'Resident memory',
    about: 'what the system gave the process, by what it is for',
    value: bytes,
    lines: [
      line('all (RSS)', '--violet', ({ rss }) => rss, { fill: true }),
      line('heap and buffers', '--blue', ({ rss, heapTotal, external }) => rss && Math.min(rss, heapTotal + external), { fill: true }),
      line('pages of the heap', '--accent', ({ rss, heapTotal }) => rss && heapTotal, { fill: true }),
    ],
  },
  {
    title: 'External memory',
    about: 'outside of the heap, held by its objects',
    value: bytes,
    lines: [
      line('external', '--blue', ({ external, rss }) => rss && external, { fill: true }),
      line('of it, buffers', '--violet', ({ arrayBuffers }) => arrayBuffers),
    ],
  },
  {
    title: 'Time in garbage collection',
    about: 'ms of each second',
    value: milliseconds,
    lines: [line('collections', '--amber', ({ gcPerSecond }) => gcPerSecond, { fill: true })],
  },
  {
    title: 'Pauses of full collections',
    about: 'how long the app stood still for each',
    value: milliseconds,
    lines: [line('pause', '--red', ({ pauseMs }) => pauseMs, { points: true, width: 1 })],
  },
  {
    title: 'Loop delay',
    about: 'how late timers are: what users feel',
    value: milliseconds,
    lines: [
      line('longest', '--faint', ({ delay }) => delay?.max),
      line('99 of 100 are below', '--amber', ({ delay }) => delay?.p99, { fill: true }),
    ],
  },
  {
    title: 'Open things',
    about: 'descriptors, handles, timers, listeners',
    value: count,
    lines: [
      line('descriptors', '--blue', ({ fds }) => fds),
      line('handles', '--violet', ({ handles }) => handles),
      line('timers', '--amber', ({ timers }) => timers),
      line('listeners', '--accent', ({ listeners }) => listeners),
    ],
  },
]

/** All charts, in one place; `draw(readings, verdict)` shows what is known now. */
export class Charts {
  #charts

  constructor(place) {
    this.#charts = CHARTS.map((chart) => new Chart(chart, place))
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#charts.forEach((chart) => chart.again()))
  }

  draw(readings, verdict) {
    for (const chart of this.#charts) chart.draw(readings, verdict)
  }
}

class Chart {
  #about
  #box = element('div', { class: 'plot' })
  #now = element('p', { class: 'now' })
  #card
  #plot
  #drawn

  constructor(about, place) {
    this.#about = about
    this.#card = element('figure', { class: about.wide ? 'card chart wide' : 'card chart', tabindex: '0' },
      element('figcaption', {}, element('h3', {}, about.title), element('p', { class: 'dim small' }, about.about)), this.#now, this.#box)
    place.append(this.#card)
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#box)
  }

  #size() {
    return { width: Math.max(200, this.#box.clientWidth), height: this.#about.wide ? HEIGHT.wide : HEIGHT.small }
  }

  draw(readings, verdict) {
    const { lines, ahead } = this.#about
    const columns = readings.columns(lines.map(({ read }) => read))
    const extra = ahead ? futureOf(columns, readings, verdict) : undefined
    this.#drawn = extra?.columns ?? columns
    this.#tell(readings, extra)
    if (this.#plot?.series.length !== this.#drawn.length) this.again()
    else this.#plot.setData(this.#drawn)
  }

  /** A new plot: other lines, other colours. */
  again() {
    if (this.#drawn === undefined) return
    this.#plot?.destroy()
    this.#plot = new uPlot(this.#options(), this.#drawn, this.#box)
  }

  /** The figures of now, in words, for eyes and for screen readers. */
  #tell(readings, extra) {
    const { lines, value, title } = this.#about
    const rows = lines.map(({ label, read, name }) => ({ label, name, now: readings.columns([read])[1].at(-1) })).filter(({ now }) => Number.isFinite(now))
    const limit = readings.lastOf('heapLimit')
    const told = [...rows.map(({ label, now }) => `${label} ${value(now)}`), ...(this.#about.ahead && limit ? [`limit ${bytes(limit)}`] : [])]
    this.#card.setAttribute('aria-label', `${title}: ${told.join(', ') || 'nothing known yet'}`)
    const key = ({ label, name, now }) => element('span', { class: 'key' }, element('i', { class: `swatch ${name.slice(2)}` }), `${label} `, element('b', {}, value(now)))
    const limitKey = this.#about.ahead && limit ? [element('span', { class: 'key' }, element('i', { class: 'swatch red dashed' }), 'limit ', element('b', {}, bytes(limit)), extra?.limited ? '' : ' (far above)')] : []
    this.#now.replaceChildren(...(rows.length === 0 ? ['nothing known yet'] : [...rows.map(key), ...limitKey]))
  }

  #options() {
    const { lines, value } = this.#about
    const ink = color('--dim')
    const grid = { stroke: color('--grid'), width: 1 }
    const axis = { stroke: ink, grid, ticks: { show: false }, font: '11px system-ui, sans-serif' }
    const drawn = lines.map(({ label, name, width = 1.5, fill, points }) => ({
      label, width, spanGaps: true, stroke: color(name), fill: fill && faded(name), points: { show: points ?? false, size: 5 }, value: (_, v) => (v === null ? '–' : value(v)),
    }))
    const future = [
      { label: 'at this rate', width: 2, dash: [4, 4], spanGaps: true, stroke: color('--red'), points: { show: false } },
      { label: 'limit', width: 1.5, dash: [8, 4], spanGaps: true, stroke: color('--red'), points: { show: false } },
    ].slice(0, this.#drawn.length - 1 - lines.length)
    return {
      ...this.#size(),
      padding: [10, 22, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: 'time' }, drag: { x: true, y: false }, points: { size: 6 } },
      scales: { y: { range: (_, low, high) => [0, Math.max(high * 1.08, 1)] } },
      axes: [{ ...axis, space: 70, size: 28, values: (_, ticks) => ticks.map((tick) => clock(tick * 1000)) }, { ...axis, size: 62, values: (_, ticks) => ticks.map(value) }],
      series: [{ value: (_, v) => (v === null ? '' : clock(v * 1000)) }, ...drawn, ...future],
      plugins: [tip(value)],
    }
  }
}

function faded(name) {
  return (plot) => {
    const fill = plot.ctx.createLinearGradient(0, 0, 0, plot.bbox.height + plot.bbox.top)
    // Colours are #rrggbb; two more digits are how much of them.
    fill.addColorStop(0, `${color(name)()}55`)
    fill.addColorStop(1, `${color(name)()}0a`)
    return fill
  }
}

/** Where it goes at this rate, and the limit where it comes into sight: two more columns. */
function futureOf([times, used, live], readings, verdict) {
  const limit = readings.lastOf('heapLimit')
  const from = live.findLastIndex((value) => value !== null)
  if (from < 1) return undefined
  const rate = GROWS.has(verdict?.state) && verdict.kind === 'heap' ? verdict.bytesPerHour / 3600 : 0
  const length = Math.max(30, times.at(-1) - times[0])
  const end = times.at(-1) + (rate > 0 ? length * AHEAD : 0)
  const reached = live[from] + rate * (end - times[from])
  const limited = limit > 0 && Math.max(...live.filter(Number.isFinite), ...used.filter(Number.isFinite), reached) > limit * 0.3
  const blank = times.map(() => null)
  const ahead = [...blank.with(from, live[from]), reached]
  const atLimit = limited ? [...blank.with(0, limit), limit] : [...blank, null]
  return { limited, columns: [[...times, end], [...used, null], [...live, null], ahead, atLimit] }
}

/** The figures under the pointer. */
function tip(value) {
  const box = element('div', { class: 'tip', hidden: true })
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor(plot) {
        const { idx, left } = plot.cursor
        box.hidden = idx === null || idx === undefined || left < 0
        if (box.hidden) return
        const rows = plot.series.slice(1).map(({ label }, nth) => [label, plot.data[nth + 1][idx]]).filter(([, v]) => v !== null && v !== undefined)
        box.replaceChildren(element('b', {}, clock(plot.data[0][idx] * 1000)), ...rows.map(([label, v]) => element('span', {}, `${label} ${value(v)}`)))
        box.style.left = `${Math.min(left + 12, Math.max(0, plot.over.clientWidth - box.offsetWidth - 4))}px`
      },
    },
  }
}

/** A small chart as a picture: how something went, told in words too. */
export function spark(values, words) {
  const known = values.filter(Number.isFinite)
  if (known.length < 2) return undefined
  const most = Math.max(...known)
  const at = (value, nth) => `${((nth / (known.length - 1)) * 120).toFixed(1)},${(34 - (value / (most || 1)) * 30).toFixed(1)}`
  const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'polyline')
  for (const [name, text] of Object.entries({ viewBox: '0 0 120 36', class: 'spark', role: 'img', 'aria-label': words, preserveAspectRatio: 'none' })) picture.setAttribute(name, text)
  path.setAttribute('points', known.map(at).join(' '))
  picture.append(path)
  return picture
}

