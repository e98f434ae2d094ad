'use strict'

const { detect } = require('../detect.js')
const { Series } = require('../watch/series.js')

/** Readings of one site that are kept; older ones are thinned. */
const READINGS = 120
/** Sites that are followed at once, those that grew the most: a judgement takes part of a millisecond. */
const FOLLOWED = 100
const JUDGED = 10
/** Less is followed by nobody. */
const FEW = 5

/** Which sites' live counts keep growing: their readings, each judged as the watchdog judges any series. */
class Growth {
  #resource
  #options
  #followed = new Set()

  /** `options`: the thresholds of `detect`. */
  constructor(resource, options) {
    this.#resource = resource
    this.#options = options
  }

  /** Takes a reading of all sites at a time; those that grow: `[{ site, verdict }]`, the surest and largest first. */
  read(sites, time) {
    this.#follow(sites)
    for (const site of this.#followed) {
      site.series.add({ time, [this.#resource]: site.live, markCompact: false })
      if (site.live === 0) this.#forget(site)
    }
    const grown = [...this.#followed].filter((site) => grownBy(site, this.#resource) > 0)
    grown.sort((a, b) => grownBy(b, this.#resource) - grownBy(a, this.#resource))
    const judged = grown.slice(0, JUDGED).map((site) => ({ site, verdict: detect(site.series.readings(), this.#options) }))
    return judged.filter(({ verdict }) => verdict.kind === 'resources').sort((a, b) => graveness(b) - graveness(a))
  }

  #follow(sites) {
    for (const site of sites) {
      if (site.series !== undefined || site.live < FEW || site.place.line === 0) continue
      if (this.#followed.size >= FOLLOWED) this.#forget(this.#least())
      site.series = new Series(READINGS)
      this.#followed.add(site)
    }
  }

  /** The one that has grown least. */
  #least() {
    let least
    for (const site of this.#followed) {
      if (least === undefined || grownBy(site, this.#resource) < grownBy(least, this.#resource)) least = site
    }
    return least
  }

  #forget(site) {
    site.series = undefined
    site.suspected = false
    this.#followed.delete(site)
  }
}

function grownBy(site, resource) {
  const [first] = site.series.readings()
  return first === undefined ? Infinity : site.live - first[resource]
}

function graveness({ verdict }) {
  return (verdict.leak ? 1e12 : 0) + verdict.growthCount
}

module.exports = { Growth }
