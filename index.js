'use strict'

// The facade: what is public, line by line, and nothing else. (binding.js is generated; this file is written by hand.)

const { LeakguardError } = require('./lib/errors.js')
const { writeSnapshot, writeSnapshotSync } = require('./lib/capture/snapshot.js')
const { capabilities } = require('./lib/capture/capabilities.js')
const { redact } = require('./lib/redact/redact.js')
const { census } = require('./lib/capture/census.js')
const { analyze } = require('./lib/analyze.js')
const { diff } = require('./lib/diff.js')
const { growth } = require('./lib/growth/growth.js')
const { findGrowth } = require('./lib/growth/find.js')
const { gc } = require('./lib/gc/collect.js')
const { sample } = require('./lib/sampling/sample.js')
const { startSampling } = require('./lib/sampling/sampler.js')
const { heapProfile, startHeapProfile } = require('./lib/sites/heap-profile.js')
const { watch } = require('./lib/watch/watch.js')
const { postmortem } = require('./lib/postmortem/postmortem.js')
const { trackListeners } = require('./lib/track/listeners.js')
const { trackHandles } = require('./lib/track/handles.js')
const { trackTimers } = require('./lib/track/timers.js')
const { detect } = require('./lib/detect.js')

module.exports.LeakguardError = LeakguardError
module.exports.writeSnapshot = writeSnapshot
module.exports.writeSnapshotSync = writeSnapshotSync
module.exports.redact = redact
module.exports.analyze = analyze
module.exports.census = census
module.exports.diff = diff
module.exports.growth = growth
module.exports.findGrowth = findGrowth
module.exports.sample = sample
module.exports.startSampling = startSampling
module.exports.heapProfile = heapProfile
module.exports.startHeapProfile = startHeapProfile
module.exports.gc = gc
module.exports.detect = detect
module.exports.trackListeners = trackListeners
module.exports.trackHandles = trackHandles
module.exports.trackTimers = trackTimers
module.exports.capabilities = capabilities
module.exports.watch = watch
module.exports.postmortem = postmortem
