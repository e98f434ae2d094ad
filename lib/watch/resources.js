'use strict'

const { Handles } = require('../track/handles.js')
const { Listeners } = require('../track/listeners.js')
const { Timers } = require('../track/timers.js')

const KINDS = { listeners: Listeners, timers: Timers, handles: Handles }

/** What the watchdog counts besides bytes: listeners, timers and handles, each judged by the place that adds them. */
class Resources {
  #trackers
  #growing = []
  /** Of the last reading, by fingerprint: `{ site, tracker }`. */
  #sites = new Map()
  /** Those that were told, with how many there were. */
  #accused = new Map()

  /** `wanted`: the options of each kind that is. */
  constructor(wanted, judgement) {
    const names = Object.keys(KINDS).filter((name) => wanted[name] !== undefined)
    this.#trackers = names.map((name) => new KINDS[name]({ ...wanted[name], judgement }))
  }

  /** Takes a reading of all sites; the counts by kind. */
  read(time) {
    this.#sites.clear()
    this.#growing = this.#trackers.flatMap((tracker) => {
      const grown = tracker.growing(time)
      const rows = tracker.shown(grown.map(({ site }) => site))
      return rows.map((row, nth) => {
        const name = fingerprint(tracker.resource, row)
        this.#sites.set(name, { site: grown[nth].site, tracker })
        return { ...grown[nth].verdict, sites: [row], fingerprint: name }
      })
    })
    return Object.fromEntries(this.#trackers.map(({ resource, live }) => [resource, live]))
  }

  /** The judgements of the last reading's sites that grow: a Verdict with `sites` and `fingerprint` each, the surest first. */
  growing() {
    return this.#growing
  }

  /** One of them was told as a leak. */
  accused(name) {
    const found = this.#sites.get(name)
    if (found !== undefined) this.#accused.set(name, { ...found, told: found.site.live })
  }

  /** Those that were told and of which half is gone, once: `[{ fingerprint, resource, sites, live }]`. */
  recovered() {
    const gone = [...this.#accused].filter(([, { site, told }]) => site.live <= told / 2)
    return gone.map(([name, { site, tracker }]) => {
      this.#accused.delete(name)
      return { fingerprint: name, resource: tracker.resource, sites: tracker.shown([site]), live: site.live }
    })
  }

  /** By kind, those with most live first. */
  report(options) {
    return Object.fromEntries(this.#trackers.map((tracker) => [tracker.resource, tracker.report(options)]))
  }

  stop() {
    for (const tracker of this.#trackers) tracker.stop()
  }
}

function fingerprint(resource, { file, line, column, type, event, delay }) {
  return [resource, file, line, column, type, event ?? delay ?? ''].join(' ')
}

module.exports = { Resources }
