'use strict'

const { performance } = require('node:perf_hooks')
const { setTimeout: sleep } = require('node:timers/promises')
const { shortPlace } = require('../short-place.js')
const { startHeapProfile } = require('../sites/heap-profile.js')

/** What lives for so long between two looks is no request under way. */
const APART_MS = 1000
/** A site that has less of what stays is no part of the story. */
const SHARE = 0.1
const TOLD = 3
/** So many samples a second take a hundredth of a core. */
const SAMPLES_PER_SECOND = 1000
/** Between two samples lie at least so many bytes, and at most as many as V8 takes by default, whatever the app allocates. */
const FEWEST_BYTES = 64 * 1024
const MOST_BYTES = 512 * 1024
/** What an app is taken to allocate in a second, as long as nobody knows. */
const UNKNOWN = 256 * 1024 * SAMPLES_PER_SECOND

/**
 * Where the watchdog's leaks are allocated: samples from the suspicion on (or always), and looks when there is a leak.
 * Nothing here throws: a leak without sites is a leak.
 */
class Allocations {
  #when
  #rate
  #options
  #profiler
  #ended = new AbortController()

  /** `sites`: `true`, from the start; `'suspicious'`; or `false`, never. `rate` says how many bytes the app allocates a second, if it is known. */
  constructor({ sites, mode }, rate = () => undefined) {
    this.#when = sites
    this.#rate = rate
    this.#options = { mode, priority: 'low', busy: 'wait', signal: this.#ended.signal, top: 20, keepsAlive: false }
    if (sites === true) this.#start()
  }

  /** The trend looks like a leak: what is allocated from now on is of interest. */
  suspicious() {
    if (this.#when === 'suspicious') this.#start()
  }

  /** It does not any more. */
  quiet() {
    if (this.#when === 'suspicious') this.#stop()
  }

  #start() {
    try {
      this.#profiler ??= startHeapProfile({ interval: this.#interval() })
    } catch {
      // Somebody else samples, or there is no inspector.
    }
  }

  #interval() {
    return Math.round(Math.min(MOST_BYTES, Math.max(FEWEST_BYTES, (this.#rate() ?? UNKNOWN) / SAMPLES_PER_SECOND)))
  }

  #stop() {
    this.#profiler?.stop()
    this.#profiler = undefined
  }

  /**
   * Runs `gather`, the look at the heap, between two looks of its own, and adds to what it found: `allocations`, the
   * sites that hold what was allocated before the first look and is still alive at the second; those of each suspect, `sites`; and who said so, where there
   * is nothing else to say it.
   */
  async around(gather) {
    const first = await this.#look()
    const began = performance.now()
    const found = await gather()
    if (!first) return found
    const left = APART_MS - (performance.now() - began)
    if (left > 0) await sleep(left, undefined, { signal: this.#ended.signal, ref: false }).catch(() => {})
    const second = await this.#look()
    return second ? withSites(found, second.sites) : found
  }

  async #look() {
    try {
      return await this.#profiler?.look(this.#options)
    } catch {
      return undefined
    }
  }

  stop() {
    this.#ended.abort()
    this.#stop()
  }
}

function withSites(found, all) {
  const survived = all.some((site) => site.survived.at(-1) > 0)
  // The sampling began but now: then what is alive has to do.
  const stays = (site) => (survived ? site.survived.at(-1) : site.live)
  const total = all.reduce((sum, site) => sum + stays(site), 0)
  const shared = all.map((site) => ({ ...site, share: total > 0 ? stays(site) / total : 0 }))
  const allocations = shared.filter(({ share }) => share >= SHARE)
  if (allocations.length === 0) return found
  const suspects = found.suspects.map((suspect, index) => {
    const own = allocations.filter(({ file }) => file === suspect.location?.file)
    // Sites are of the whole heap. The first suspect is what grows most, and so are they.
    const sites = own.length > 0 || index > 0 ? own : allocations
    return sites.length > 0 ? { ...suspect, sites: sites.slice(0, TOLD) } : suspect
  })
  return { ...found, evidence: found.evidence === 'trend' ? 'sites' : found.evidence, suspects, allocations }
}

/** Where most of what stays is allocated, in a sentence. */
function textOfAllocations(sites) {
  // A place that a person can open, where there is one.
  const site = sites.find(({ file }) => file !== '' && !file.startsWith('node:')) ?? sites[0]
  const name = site.function === '' ? 'an anonymous function' : `${site.function}()`
  const place = site.file === '' ? '' : ` (${shortPlace(site)})`
  return `Allocated in ${name}${place}: ${Math.round(site.share * 100)}% of what was sampled and stays.`
}

module.exports = { Allocations, textOfAllocations }
