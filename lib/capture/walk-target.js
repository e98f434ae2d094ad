'use strict'

const v8 = require('node:v8')
const { native } = require('../native.js')

/** A twin that crashed over the heap would crash again; one that was unlucky gets a second chance. */
const ATTEMPTS = 2

const PLANTED = 64
class LeakguardPlanted {}

/** What a task needs of a walk: a look is folded where the heap lies, and a fold asks less of a graph than a report does. */
function purposeOf({ report, retained, tally, view, diff }) {
  if (report !== false) return 'report'
  return retained === false && !tally && !view && !diff ? 'look' : 'fold'
}

/**
 * What a task asks of the heap, as leakguard reads it itself, without V8's snapshot. What the twin finds wrong with its own reading
 * is an error there.
 */
class WalkTarget {
  #attempts = 0

  constructor(task, readScripts) {
    this.sink = { kind: 'walk', task, readScripts }
    /** Called in the twin, in place of V8's snapshot. What is planted is what the walk has to find, no more and no less. */
    this.ask = () => {
      const planted = Array.from({ length: PLANTED }, () => new LeakguardPlanted())
      native().walkHeap(v8.getHeapStatistics().used_heap_size, planted.length, purposeOf(task))
      return planted
    }
  }

  attached() {
    this.#attempts++
  }

  get untouched() {
    return this.#attempts < ATTEMPTS
  }

  done({ report }) {
    return JSON.parse(report)
  }

  failed(error) {
    return error
  }
}

module.exports = { WalkTarget }
