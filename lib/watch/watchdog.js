'use strict'

const { EventEmitter } = require('node:events')
const { channel } = require('node:diagnostics_channel')
const { performance } = require('node:perf_hooks')
const v8 = require('node:v8')
const { detect } = require('../detect.js')
const { gcFeed } = require('../gc-feed.js')
const { Recorder } = require('../recorder.js')
const { startSampling } = require('../sampling/sampler.js')
const { AllocationRate } = require('./allocation-rate.js')
const { Allocations, textOfAllocations } = require('./allocations.js')
const { HeapLimit } = require('./heap-limit.js')
const { Inquiry } = require('./inquiry.js')
const { Pressure } = require('./pressure.js')
const { Resources } = require('./resources.js')
const { Series } = require('./series.js')
const { Told } = require('./told.js')
const { textOfLeak } = require('./words.js')

/** How soon after a collection it is told: the reading itself is of that moment. */
const LOOK_MS = 250
/** A judgement takes about a millisecond, so it is made so often at most. */
const JUDGE_MS = 1000

/**
 * Watches this thread's memory: `watching → suspicious → confirmed → quiet`. Collections feed it, and a slow timer for what
 * collections do not show; the judgement is `detect`'s, made here and nowhere else.
 */
class Watchdog extends EventEmitter {
  #options
  #origin = Date.now() - performance.now()
  #series
  #pressure
  #inquiry
  #collections = 0
  #resources
  #allocationRate
  #allocations
  #recorder
  #feed
  #sampler
  #judged = -Infinity
  #timer
  #state = 'watching'
  /** The same without the places of resources. */
  #heapState = 'watching'
  #verdict
  #told = new Told()
  #gathering = false
  #stopped = false
  #limit
  /** Failures that were told: each once, or one that comes with each reading is told each second. */
  #failures = new Set()
  #exit = () => this.#recorder.event('exit')

  constructor(options) {
    super()
    this.#options = options
    // First what can fail: then there is nothing yet to be left behind.
    if (options.recorder !== undefined) this.#recorder = recorderOf(options.recorder)
    this.#series = new Series(options.history)
    this.#pressure = new Pressure(options.pressure)
    this.#inquiry = new Inquiry(options)
    this.#allocations = new Allocations(options, () => this.#allocationRate?.read())
    this.#resources = new Resources(options, { sensitivity: options.sensitivity, ...options.thresholds })
    if (this.#recorder) process.on('exit', this.#exit)
    this.#feed = gcFeed((reading) => this.#guarded(() => this.#collected(reading)), { every: LOOK_MS })
    this.#allocationRate = new AllocationRate(() => this.#feed.totals())
    this.#sampler = startSampling({ interval: options.interval, history: 1, fields: ['cgroup', 'machine', 'fds'] })
    this.#sampler.on('sample', (sample) => this.#guarded(() => this.#sampled(sample)))
    const near = () => this.#guarded(() => this.#recorder?.event('note', { text: 'the heap is nearly at its limit' }))
    this.#limit = new HeapLimit(options, { near, failed: (error) => this.#failed(error) })
  }

  /** The last judgement; `undefined` before there was one. */
  get verdict() {
    return this.#verdict
  }

  /** Whether a look at the heap, or the news of a leak, is under way. */
  get looking() {
    return this.#gathering
  }

  /** What grew between the looks at the heap so far, also where it is not sure that it leaks. */
  get suspects() {
    return this.#inquiry.seen
  }

  /** The readings that are judged, oldest first. */
  samples() {
    return [...this.#series.readings()]
  }

  /** What its trackers report, `{ listeners?, timers?, handles? }`: of those kinds that it was asked to judge. */
  resources(options) {
    return this.#resources.report(options)
  }

  toJSON() {
    return { verdict: this.#verdict, samples: this.samples() }
  }

  #collected({ kind, at, pauseMs, heapUsed, heapTotal, external, exact }) {
    const time = this.#origin + at
    const { heap_size_limit: heapLimit } = v8.getHeapStatistics()
    const reading = { time, heapUsed, heapTotal, heapLimit, external, markCompact: true }
    this.#collections++
    this.#series.add({ ...reading, pauseMs })
    this.#limit.collected(heapUsed)
    // Near the limit each collection may be the last that is told of.
    if (heapUsed > heapLimit * this.#options.pressure[0]) this.#recorder?.sample({ ...reading, rss: process.memoryUsage.rss() })
    this.#tell('stats', { kind, pauseMs, exact, ...reading })
    this.#look(reading)
  }

  #sampled(sample) {
    const time = this.#origin + performance.now()
    this.#recorder?.sample({ ...sample, gc: sumOf(sample.gc) })
    this.#series.add({ ...sample, time, markCompact: false })
    this.#allocationRate.mark()
    // Counts of places are judged one by one: their sum goes with the load.
    this.#tell('sample', { ...sample, ...this.#resources.read(time) })
    for (const site of this.#resources.recovered()) this.#recovered(time, site)
    // Between collections the heap is full of what is no longer needed: that is no pressure.
    this.#look({ ...sample, heapLimit: undefined })
  }

  #look(reading) {
    for (const entered of this.#pressure.entered(reading)) {
      this.#tell('pressure', { time: reading.time, ...entered })
      // Of what lives, the first band is late already: from four fifths on V8 ends a process whose collections free too little.
      if (entered.limit === 'heap') this.#limit.reached()
    }
    // Now, or when the last judgement is old enough.
    if (this.#timer !== undefined || this.#stopped) return
    const wait = this.#judged + JUDGE_MS - performance.now()
    if (wait <= 0) return this.#judge()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#guarded(() => this.#judge())
    }, wait).unref()
  }

  #judge() {
    this.#judged = performance.now()
    const { sensitivity, thresholds } = this.#options
    const time = Math.round(this.#origin + this.#judged)
    const heap = { time, ...detect(this.#series.readings(), { sensitivity, ...thresholds }) }
    const sites = this.#resources.growing().map((verdict) => ({ time, ...verdict }))
    const verdict = sites.reduce((worst, next) => (RANK[next.state] > RANK[worst.state] ? next : worst), heap)
    const before = this.#state
    this.#verdict = verdict
    this.#state = verdict.state
    // A quick leak can be confirmed at the first look: it was suspicious on the way.
    if (GROWS.has(heap.state) && !GROWS.has(this.#heapState)) this.#allocations.suspicious()
    this.#heapState = heap.state
    if (GROWS.has(verdict.state) && !GROWS.has(before)) this.#tell('suspicion', verdict)
    if (heap.state === 'quiet') this.#allocations.quiet()
    if (verdict.state === 'quiet' && !this.#told.isEmpty) {
      this.#told.clear()
      this.#tell('recovered', verdict)
    }
    if (!this.#gathering && this.#told.isNews(heap)) {
      this.#gathering = true
      this.#inquire(heap)
        .catch((error) => this.#failed(error))
        .finally(() => (this.#gathering = false))
    }
    for (const site of sites) if (site.leak && this.#told.isNews(site)) this.#accuseSite(site)
  }

  async #inquire(verdict) {
    const alone = verdict.leak ? { confirmedBy: 'trend', evidence: 'trend', suspects: [] } : undefined
    const found = this.#options.evidence ? await this.#inquiry.judge(verdict, this.#collections) : alone
    if (found && !this.#stopped) await this.#accuse(verdict, found)
  }

  /** The place is the evidence: the heap need not be looked at. */
  #accuseSite(verdict) {
    this.#told.add(verdict.fingerprint, verdict)
    this.#resources.accused(verdict.fingerprint)
    const leak = { ...verdict, confirmedBy: 'trend', evidence: 'sites', suspects: [] }
    this.#tell('leak', { ...leak, text: textOfLeak(leak) })
  }

  /** What a place added is gone again, long before the whole series is quiet. */
  #recovered(time, { fingerprint, resource, sites, live }) {
    this.#told.delete(fingerprint)
    const reason = `of the ${resource} that were told ${live} are left`
    const nothing = { state: 'quiet', leak: false, kind: 'resources', growthBytes: 0, growthCount: 0, bytesPerHour: 0, confidence: 1 }
    this.#tell('recovered', { time, ...nothing, resource, reason, sites, fingerprint })
  }

  async #accuse(verdict, told) {
    const found = await this.#allocations.around(async () => ({ ...told, ...(await this.#inquiry.keep()) }))
    if (this.#stopped) return
    const { kind } = verdict
    const fingerprint = found.suspects[0]?.fingerprint ?? kind
    this.#told.add(fingerprint, verdict)
    const sites = this.#resources.growing().flatMap(({ sites }) => sites)
    const memory = OUTSIDE.has(kind) ? memoryOf(this.#series.readings(), verdict.since) : undefined
    const leak = { ...verdict, state: 'confirmed', leak: true, fingerprint, ...found, sites, ...(memory && { memory }) }
    const allocated = found.allocations ? ` ${textOfAllocations(found.allocations)}` : ''
    this.#tell('leak', { ...leak, text: `${textOfLeak(leak)}${allocated}` })
  }

  /** To the recorder first, then to whoever listens; what they throw is theirs, and the watchdog goes on. */
  #tell(event, message) {
    if (this.#recorder && RECORDED.has(event)) this.#recorder.event(event, { text: message.text ?? message.reason ?? '', ...figuresOf(message) })
    CHANNELS[event].publish(message)
    try {
      this.emit(event, message)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  /** What goes wrong here is no exception of the app's. */
  #guarded(work) {
    try {
      work()
    } catch (error) {
      this.#failed(error)
    }
  }

  /** A failure of the watchdog's own. */
  #failed(error) {
    const message = String(error?.message ?? error)
    if (this.#stopped || this.#failures.has(message)) return
    if (this.#failures.size < MOST_FAILURES) this.#failures.add(message)
    this.#recorder?.event('note', { text: message })
    if (this.listenerCount('error') > 0) this.#tell('error', error)
    else process.emitWarning(error instanceof Error ? error : message)
  }

  /** Ends it: nothing of it is left in the process. Doing so again does nothing. */
  stop() {
    if (this.#stopped) return
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#limit.stop()
    this.#feed.stop()
    this.#sampler.stop()
    this.#inquiry.stop()
    this.#allocations.stop()
    this.#resources.stop()
    process.off('exit', this.#exit)
    this.#recorder?.close()
  }

  [Symbol.dispose]() {
    this.stop()
  }
}

/** So many failures are told once; of what is more each is told. */
const MOST_FAILURES = 100
/** Kinds of which no object in the heap says how much. */
const OUTSIDE = new Set(['external', 'native'])
const RANK = { quiet: 0, watching: 0, suspicious: 1, confirmed: 2 }
const GROWS = new Set(['suspicious', 'confirmed'])
const EVENTS = ['stats', 'sample', 'suspicion', 'leak', 'pressure', 'recovered', 'error']
const CHANNELS = Object.fromEntries(EVENTS.map((event) => [event, channel(`leakguard:${event}`)]))
const RECORDED = new Set(['suspicion', 'leak', 'pressure', 'recovered'])

function recorderOf({ file, ...options }) {
  return new Recorder(file, options)
}

/** What the process had when the growth began and what it has: `{ before, after }` of the readings that know all of it. */
function memoryOf(readings, since = 0) {
  const known = readings.filter(({ rss }) => rss !== undefined)
  const [first, last] = [known.find(({ time }) => time >= since), known.at(-1)]
  if (first === undefined || first === last) return undefined
  const figures = ({ rss, heapTotal, external }) => ({ rss, heapTotal, external })
  return { before: figures(first), after: figures(last) }
}

/** Collections of all kinds since the last sample. */
function sumOf(gc = {}) {
  const kinds = Object.values(gc)
  return { count: kinds.reduce((sum, { count }) => sum + count, 0), time: kinds.reduce((sum, { ms }) => sum + ms, 0) }
}

function figuresOf(message) {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => typeof value === 'number'))
}

module.exports = { Watchdog }
