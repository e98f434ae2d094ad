'use strict'

const { trackHandles } = require('./handles.js')
const { trackListeners } = require('./listeners.js')
const { trackTimers } = require('./timers.js')

/** The trackers by what they count. */
const STARTS = { listeners: trackListeners, timers: trackTimers, handles: trackHandles }
const HOW = 'They are counted by the place that makes them if the endpoint is made with { track: true }.'

/**
 * All trackers, or none of them, for whoever shows their reports: `{ report(name), live(name), stop() }`. Without them a report is
 * `{ tracked: false, how }`, which says how to have them.
 */
function trackAll(wanted) {
  const active = {}
  if (wanted) for (const [name, start] of Object.entries(STARTS)) active[name] = start()
  return {
    report: (name) => (active[name] === undefined ? { tracked: false, how: HOW } : { tracked: true, ...active[name].report() }),
    live: (name) => active[name]?.report({ top: 1 }).live,
    stop: () => Object.values(active).forEach((tracker) => tracker.stop()),
  }
}

module.exports = { trackAll }
