'use strict'

const { watch } = require('./watch.js')

let watchdog
let users = 0

/**
 * This thread's watchdog for whoever was given none: the endpoint, the metrics. One for all of them, and gone with the last:
 * `{ watchdog, release() }`.
 */
function sharedWatchdog() {
  watchdog ??= watch().setMaxListeners(0) // as many as there are users
  users++
  let held = true
  const release = () => {
    if (!held) return
    held = false
    if (--users > 0) return
    watchdog.stop()
    watchdog = undefined
  }
  return { watchdog, release }
}

module.exports = { sharedWatchdog }
