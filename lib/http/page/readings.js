// What the charts are drawn from: readings of the watchdog (after collections, and slow ones) and live samples, in one list by time.

const MOST = 4000

export class Readings {
  #points = []
  #last = {}

  /** Readings of `/series`, oldest first. */
  addSeries(readings) {
    for (const reading of readings) this.#add(reading, reading.markCompact ? 'collection' : 'slow')
    this.#points.sort((a, b) => a.time - b.time)
  }

  addCollection(stats) {
    this.#add({ ...stats, markCompact: true }, 'collection')
  }

  addSample(sample) {
    this.#add(sample, 'live')
  }

  #add(reading, source) {
    const { time, heapUsed, heapTotal, heapLimit, external, arrayBuffers, rss, fds, loopDelay, resources, listeners, timers, handles, pauseMs } = reading
    const point = { time, source, heapTotal, heapLimit, external, arrayBuffers, rss, fds, listeners, timers, handles }
    if (source === 'collection') Object.assign(point, { live: heapUsed, pauseMs, rss: undefined })
    else Object.assign(point, { used: heapUsed, delay: loopDelay, gcPerSecond: this.#gcPerSecond(reading, source) })
    if (resources) Object.assign(point, countsOf(resources, point))
    this.#points.push(point)
    if (this.#points.length > MOST) this.#points.splice(0, MOST / 8)
  }

  /** Each source tells of collections since its own last reading. */
  #gcPerSecond({ time, gc }, source) {
    const before = this.#last[source]
    this.#last[source] = time
    if (gc === undefined || before === undefined || time <= before) return undefined
    const ms = Object.values(gc).reduce((sum, kind) => sum + kind.ms, 0)
    return (ms / (time - before)) * 1000
  }

  get last() {
    return this.#points.at(-1)
  }

  /** The time of the last reading that the server keeps, to ask for later ones. */
  get since() {
    return this.#points.findLast(({ source }) => source !== 'live')?.time ?? 0
  }

  lastOf(name) {
    return this.#points.findLast((point) => point[name] !== undefined)?.[name]
  }

  /** Columns for a chart: times in seconds, then one column for each reader; points at which none of them knows anything are left out. */
  columns(readers) {
    const points = this.#points.filter((point) => readers.some((read) => Number.isFinite(read(point))))
    return [points.map(({ time }) => time / 1000), ...readers.map((read) => points.map((point) => read(point) ?? null))]
  }
}

function countsOf(resources, { timers, handles }) {
  const all = Object.entries(resources)
  const sum = (rows) => rows.reduce((total, [, value]) => total + value, 0)
  const isTimer = ([type]) => type === 'Timeout' || type === 'Immediate'
  return { timers: timers ?? sum(all.filter(isTimer)), handles: handles ?? sum(all.filter((row) => !isTimer(row))) }
}
