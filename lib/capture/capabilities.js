'use strict'

const { gcFeedSupport } = require('../gc-feed.js')
const { twinUnsupported } = require('./mode.js')
const { walkerUnsupported } = require('./walker.js')

/** What this process can do here, and why not the rest. */
function capabilities() {
  const twin = twinUnsupported()
  const walker = walkerUnsupported()
  const feed = gcFeedSupport()
  const reasons = {}
  if (twin !== undefined) reasons.twin = twin
  if (walker !== undefined) reasons.walker = walker
  if (feed.reason !== undefined) reasons.gcFeed = feed.reason
  return { twin: twin === undefined, walker: walker === undefined, gcFeed: feed.source, reasons }
}

module.exports = { capabilities }
