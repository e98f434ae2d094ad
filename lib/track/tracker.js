'use strict'

const { EventEmitter } = require('node:events')
const { performance } = require('node:perf_hooks')
const { integer, interval, validate } = require('../options.js')
const { mapped } = require('../source-map.js')
const { Growth } = require('./growth.js')
const { Ledger } = require('./ledger.js')
const { placeOf } = require('./place.js')
const { Places } = require('./places.js')
const { Sites } = require('./sites.js')
const { Strata } = require('./strata.js')

// Those of before any hook: what leakguard itself does is not told.
const { setInterval, clearInterval } = globalThis

/** An addition looks at so many older entries first: what is gone is dropped about as fast as it comes. */
const EACH = 2
/** Entries that a reading asks: some ms at most. */
const A_READING = 10_000

const RULES = {
  sample: integer(1, 1_000_000, 256),
  depth: integer(1, 100, 12),
  interval: interval('10s'),
}
const REPORT = { top: integer(1, 100_000, 50) }

/**
 * What one kind of thing is added where, while it runs. A kind hands in its hooks and makes entries; each entry holds what was added
 * weakly and knows whether it is there still.
 */
class Tracker extends EventEmitter {
  #hooks
  #options
  #sites = new Sites()
  #ledger = new Ledger()
  #strata
  #growth
  #timer
  #began = performance.now()
  /** The weak reference to the owner that was weighed last, while it is sure. */
  ref

  /** `resource`: the count's name in readings. */
  constructor(resource, hooks, { sample, depth, interval, judgement }) {
    super()
    this.resource = resource
    this.#options = { sample, depth }
    this.#strata = new Strata(sample)
    /** Of those who call a wrapper. */
    this.places = new Places(depth)
    this.#growth = new Growth(resource, judgement)
    this.#hooks = hooks
    for (const hook of hooks) hook.add(this)
    // The watchdog takes the readings of its own trackers.
    if (interval !== undefined) this.#timer = setInterval(() => this.#tick(), interval).unref()
  }

  /** How many additions one of a kind stands for; 0: it is left alone. Some older ones are asked first whether they are there still. */
  weigh(kind, owner) {
    let weight = 0
    try {
      weight = this.#strata.weigh(kind)
    } catch {
      // No stack is left, perhaps for the app's own call as well.
    }
    return weight === 0 ? 0 : this.#weighed(weight, owner)
  }

  #weighed(weight, owner) {
    this.ref = undefined
    try {
      if (owner !== undefined) this.ref = this.turnTo(owner)
      this.#ledger.look(EACH, this.ref, owner)
    } catch {
      // Such as no stack left: they are asked another time.
    }
    return weight
  }

  /** What was weighed was not added. */
  missed(kind, weight) {
    if (weight === 1) this.#strata.giveBack(kind)
  }

  /**
   * Something was added at a place; `entry(site, weight, at)` makes what is followed. It never throws: the app is in the middle of
   * its call.
   */
  added(weight, kind, type, detail, entry, frame) {
    try {
      if (frame === undefined) return // by leakguard
      const site = this.#sites.of(frame, type, detail)
      if (site.added === 0) this.#strata.surprised(kind)
      site.added += weight
      if (this.#ledger.isFull) this.#ledger.look(16)
      if (!this.#ledger.isFull) return this.#ledger.add(entry(site, weight, performance.now()))
      this.#ledger.untracked += weight
      site.added -= weight
    } catch {
      // Such as no stack left: the app's own call goes on.
    }
  }

  /** Where the app is now, above of the function that it called, if that is known. */
  place(above) {
    try {
      return placeOf(this.#options.depth, above).frame
    } catch {
      return undefined
    }
  }

  #tick() {
    try {
      for (const { site, verdict } of this.growing(Date.now())) {
        if (site.suspected) continue
        site.suspected = true
        this.emit('suspicion', { site: this.shown([site])[0], verdict })
      }
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  /** Takes a reading: `[{ site, verdict }]` of the sites that grow. */
  growing(time) {
    this.#ledger.look(A_READING)
    this.#strata.wake()
    return this.#growth.read(this.#sites.all(), time)
  }

  /** How many are live, all sites together. */
  get live() {
    return this.#sites.all().reduce((sum, site) => sum + site.live, 0)
  }

  /** Sites as users see them. */
  shown(sites) {
    if (sites.length === 0) return []
    const oldest = this.#oldest()
    const now = performance.now()
    const rows = sites.map((site) => {
      const at = oldest.get(site)
      return { ...site.shown(this.detailName, at === undefined ? 0 : Math.round(now - at)), ...this.shownMore(site) }
    })
    return this.placed(rows)
  }

  /** Rows with their places as a person wrote them. */
  placed(rows) {
    try {
      return mapped(rows)
    } catch {
      return rows // no addon here
    }
  }

  #oldest() {
    const oldest = new Map()
    for (const { site, at } of this.#ledger.entries()) if (!(oldest.get(site) <= at)) oldest.set(site, at)
    return oldest
  }

  /** By site, those with most live first; `top` of them. */
  report(options) {
    const { top } = validate(options, REPORT)
    const more = this.reported(this.#ledger, top)
    const sites = this.#sites.all()
    const shown = sites.toSorted((a, b) => b.live - a.live || b.added - a.added).slice(0, top)
    const report = {
      live: this.live,
      added: sites.reduce((sum, { added }) => sum + added, 0),
      untracked: this.#ledger.untracked,
      sample: this.#options.sample,
      sinceMs: Math.round(performance.now() - this.#began),
      sites: this.shown(shown),
      ...more,
    }
    for (const site of sites) site.reported = site.live
    return report
  }

  /** What a kind tells of each site besides. */
  shownMore() {
    return {}
  }

  /** Looks at all entries; what a kind has to tell besides its sites. */
  reported(ledger) {
    ledger.look(Infinity)
    return {}
  }

  toJSON() {
    return this.report()
  }

  /** Ends it. The last report can still be had. Doing so again does nothing. */
  stop() {
    clearInterval(this.#timer)
    for (const hook of this.#hooks) hook.remove(this)
  }

  [Symbol.dispose]() {
    this.stop()
  }
}

module.exports = { Tracker, RULES }
