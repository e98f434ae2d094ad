'use strict'

const { Readings } = require('../metrics/readings.js')
const { startSampling } = require('../sampling/sampler.js')
const { trackAll } = require('../track/all.js')
const { sharedWatchdog } = require('../watch/shared.js')
const { Desk } = require('./desk.js')
const { EventStream } = require('./event-stream.js')
const { Folder } = require('./folder.js')
const { Guard } = require('./guard.js')
const { Links } = require('./links.js')

/** So often those that listen get a reading. */
const LIVE_MS = 2000
/** So many leaks are remembered. */
const MOST_LEAKS = 50
const PASSED_ON = ['stats', 'suspicion', 'leak', 'pressure', 'recovered']

/** What the routes share: the watchdog and what it told, the clients that listen, the desk, the folder. */
class Endpoint {
  #lease
  #listeners = []
  #live
  #stopped = false

  constructor(settings) {
    this.settings = settings
    this.guard = new Guard(settings)
    this.desk = new Desk(settings)
    this.folder = new Folder(settings)
    this.links = new Links()
    this.events = new EventStream(settings.clients, (occupied) => this.#sampleLive(occupied))
    this.tracked = trackAll(settings.track)
    /** Oldest first, as the watchdog told them. */
    this.leaks = []
    this.#lease = settings.watchdog === undefined ? sharedWatchdog() : { watchdog: settings.watchdog, release() {} }
    this.readings = new Readings(this.watchdog, this.tracked)
    for (const event of PASSED_ON) this.#listen(event, (message) => this.events.tell(event, message))
    this.#listen('leak', (leak) => {
      this.leaks.push(leak)
      if (this.leaks.length > MOST_LEAKS) this.leaks.shift()
    })
    this.#listen('recovered', ({ time, fingerprint }) => {
      const has = (leak) => leak.recoveredAt === undefined && (fingerprint === undefined || leak.fingerprint === fingerprint)
      this.leaks = this.leaks.map((leak) => (has(leak) ? { ...leak, recoveredAt: time } : leak))
    })
  }

  get watchdog() {
    return this.#lease.watchdog
  }

  #listen(event, listener) {
    this.watchdog.on(event, listener)
    this.#listeners.push([event, listener])
  }

  /** Only while somebody looks. */
  #sampleLive(occupied) {
    this.#live?.stop()
    this.#live = undefined
    if (!occupied) return
    this.#live = startSampling({ interval: LIVE_MS, history: 1, fields: ['process', 'cgroup', 'machine', 'fds', 'resources'] })
    this.#live.on('sample', (sample) => this.events.tell('sample', sample))
  }

  /** Ends what it began: nothing of it is left. Doing so again does nothing. */
  stop() {
    if (this.#stopped) return
    this.#stopped = true
    this.desk.stop()
    this.events.stop()
    this.readings.stop()
    this.tracked.stop()
    for (const [event, listener] of this.#listeners) this.watchdog.off(event, listener)
    this.#lease.release()
  }
}

module.exports = { Endpoint }
