'use strict'

const { boolean } = require('../options.js')
const { watchdogRule } = require('../watch/rule.js')
const { sharedWatchdog } = require('../watch/shared.js')
const { trackAll } = require('../track/all.js')
const { Readings } = require('./readings.js')

/** What those who collect metrics can be told besides where to put them. */
const SOURCE_RULES = { watchdog: watchdogRule, track: boolean(false) }

/** Where metrics come from, for as long as somebody collects them: `{ now(), stop() }`. */
function metricsSource({ watchdog: given, track }) {
  const { watchdog, release } = given === undefined ? sharedWatchdog() : { watchdog: given, release() {} }
  const tracked = trackAll(track)
  const readings = new Readings(watchdog, tracked)
  const stop = () => {
    readings.stop()
    tracked.stop()
    release()
  }
  return { now: () => readings.now(), stop }
}

module.exports = { metricsSource, SOURCE_RULES }
