'use strict'

/** Sites that are told apart; a place in a program is several where it adds to several classes or events. */
const SITES = 2000
/** Of one place; event names can be made up without end. */
const SITES_A_PLACE = 16
/** An event's name is data. */
const NAME = 100

/** What was added at one place: the figures, and nothing that it was added to. */
class Site {
  added = 0
  live = 0
  /** Of timers. */
  cleared = 0
  fired = 0
  /** Its live count at the last report. */
  reported = 0
  /** Its readings, while it may be growing. */
  series
  suspected = false

  constructor(place, type, detail) {
    this.place = place
    this.type = type
    this.detail = detail
  }

  /** As users see it; `detail` is its event or its delay. */
  shown(name, oldestMs) {
    const { type, detail, live, added, reported } = this
    const shown = { ...this.place, type, live, added, removed: added - live, growth: live - reported, oldestMs }
    if (detail !== undefined && name !== undefined) shown[name] = typeof detail === 'number' ? detail : String(detail).slice(0, NAME)
    return shown
  }
}

/** All of them, bounded: what is too many goes into one site without a place. */
class Sites {
  #files = new Map()
  #all = []
  #other = new Site({ function: '(other sites)', file: '', line: 0, column: 0 }, '', undefined)

  /** The site of a frame, an owner's class and an event or a delay; made where it is new. */
  of(frame, type, detail) {
    // A frame that is kept is asked for once.
    const sites = (frame.sites ??= this.#at(frame))
    if (sites === undefined) return this.#other
    for (const site of sites) if (site.detail === detail && site.type === type) return site
    if (sites.length >= SITES_A_PLACE) {
      // The last site of a place takes what else comes.
      const last = sites[sites.length - 1]
      last.detail = undefined
      return last
    }
    if (this.#all.length >= SITES) return this.#other
    const site = new Site(sites[0]?.place ?? frame.plain(), type, detail)
    sites.push(site)
    this.#all.push(site)
    return site
  }

  /** Those of a frame's place; `undefined`: there is no room for another place. */
  #at({ file, position }) {
    let places = this.#files.get(file)
    if (places === undefined) {
      if (this.#files.size >= SITES) return undefined
      this.#files.set(file, (places = new Map()))
    }
    let sites = places.get(position)
    if (sites === undefined && this.#all.length < SITES) places.set(position, (sites = []))
    return sites
  }

  all() {
    return this.#other.added > 0 ? [...this.#all, this.#other] : this.#all
  }
}

module.exports = { Sites }
