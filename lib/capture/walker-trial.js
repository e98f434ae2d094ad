'use strict'

const { native } = require('../native.js')
const { ReportTarget } = require('./report-target.js')
const { take } = require('./take.js')
const { WalkTarget } = require('./walk-target.js')
const { distrustWalker } = require('./walker.js')

const TASK = { options: { top: 1000 } }
/** V8's and Node's own, which a walk and a snapshot do not list alike, and what the walk itself plants. */
const OWN = /^(\(|system \/ |(Detached )?Node \/ |LeakguardPlanted$)/
/** A class is compared that has so many objects. */
const LEAST = 10
/** So far counts may differ, and so much of all objects may be in classes that differ more: the app works on between the two. */
const NEAR = 0.05
const MOST = 0.05
/** So far apart may the bytes of all objects be. */
const BYTES = 0.15

/** The comparison of this process, once it was begun. */
let trial

/**
 * Why a walk of this process's heap is not believed; `undefined`: it is. A V8 that the walk was not tested with is compared once with
 * its own snapshot, each in a twin.
 */
async function walkerDoubt(folder, options) {
  if (native().walkerTested()) return undefined
  trial ??= compared(folder, options)
  try {
    return await trial
  } catch (error) {
    trial = undefined // another time there may be the memory for it
    return `the walk was not tested with V8 ${process.versions.v8}, and could not be compared with its snapshot: ${error.message}`
  }
}

async function compared(folder, options) {
  const capture = { ...options, mode: 'twin', fallback: undefined, onProgress: undefined, begun: undefined, beside: false }
  const walk = await countedBy({ into: 'walk', folder, twin: () => new WalkTarget(TASK, false) }, capture)
  const snapshot = await countedBy({ into: 'report', folder, twin: () => new ReportTarget(TASK, false) }, capture)
  const difference = differenceOf(walk, snapshot)
  if (difference === undefined) return undefined
  const doubt = `the walk was not tested with V8 ${process.versions.v8}, and differs from its snapshot: ${difference}`
  distrustWalker(doubt)
  return doubt
}

/** What a look has counted: `{ counts, totalSize }`. No more is kept: the next look would find the report, and count it. */
async function countedBy(job, capture) {
  const { classes, totalSize } = (await take(job, capture)).result
  return { counts: countsOf(classes), totalSize }
}

/** Where two looks at one heap differ by more than time can explain, in words. */
function differenceOf(walk, snapshot) {
  const [have, want] = [walk.counts, snapshot.counts]
  let all = 0
  let apart = 0
  let worst = ''
  for (const name of new Set([...have.keys(), ...want.keys()])) {
    const [one, other] = [have.get(name) ?? 0, want.get(name) ?? 0]
    const most = Math.max(one, other)
    if (most < LEAST) continue
    all += most
    if (Math.abs(one - other) <= most * NEAR) continue
    apart += most
    worst ||= `${one} objects of ${name} are ${other} there`
  }
  if (all === 0 || apart > all * MOST) return worst || 'no class was found'
  const bytes = Math.abs(walk.totalSize - snapshot.totalSize)
  return bytes > snapshot.totalSize * BYTES ? `${walk.totalSize} bytes are ${snapshot.totalSize} there` : undefined
}

function countsOf(classes) {
  const counts = new Map()
  for (const { name, count } of classes) if (!OWN.test(name)) counts.set(name, (counts.get(name) ?? 0) + count)
  return counts
}

module.exports = { walkerDoubt }
