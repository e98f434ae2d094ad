'use strict'

/** What the routes `/listeners`, `/timers` and `/handles` ask. */
const TRACKERS = { listeners: 'trackListeners', timers: 'trackTimers', handles: 'trackHandles' }

/** The counts of listeners, timers and handles by the place that made them, where they are asked for: `{ report(name), stop() }`. */
function trackers(wanted) {
  // Not before it is asked for: the facade may be loading us.
  const leakguard = require('../../index.js')
  const active = {}
  for (const [name, start] of Object.entries(TRACKERS)) if (wanted) active[name] = leakguard[start]?.()
  const how = (name) =>
    typeof leakguard[TRACKERS[name]] === 'function'
      ? `mount the endpoint with { track: true }: every ${name.slice(0, -1)} is then counted by the place that made it`
      : 'this version cannot count them'
  return {
    report: (name) => (active[name] === undefined ? { tracked: false, how: how(name) } : { tracked: true, ...active[name].report() }),
    stop: () => Object.values(active).forEach((tracker) => tracker?.stop()),
  }
}

module.exports = { trackers }
