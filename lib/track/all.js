'use strict'

/** The trackers by what they count. */
const STARTS = { listeners: 'trackListeners', timers: 'trackTimers', handles: 'trackHandles' }

/**
 * All trackers, or none of them, for whoever shows their reports: `{ report(name), live(name), stop() }`. Without them a report is
 * `{ tracked: false, how }`, which says how to have them.
 */
function trackAll(wanted) {
  // Not before it is asked for: the facade may be loading us.
  const leakguard = require('../../index.js')
  const active = {}
  for (const [name, start] of Object.entries(STARTS)) if (wanted) active[name] = leakguard[start]?.()
  const how = (name) =>
    typeof leakguard[STARTS[name]] === 'function'
      ? `They are counted by the place that makes them if the endpoint is made with { track: true }.`
      : 'This version cannot count them.'
  return {
    report: (name) => (active[name] === undefined ? { tracked: false, how: how(name) } : { tracked: true, ...active[name].report() }),
    live: (name) => active[name]?.report({ top: 1 }).live,
    stop: () => Object.values(active).forEach((tracker) => tracker?.stop()),
  }
}

module.exports = { trackAll }
