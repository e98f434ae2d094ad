'use strict'

const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')
const { wrong, shown } = require('../options.js')
const { twinUnsupported } = require('./mode.js')

/** The option `walker`: only where it is asked for, as long as a walk and a snapshot are not compared alike by `growth`. */
function walkerRule(name, value = false) {
  if (value === 'auto' || typeof value === 'boolean') return value
  throw wrong(`"${name}" must be true, false or 'auto', got ${shown(value)}`)
}

/** What was wrong with the last walk of this process: there is no second try. */
let distrust

/** Why the heap is not walked here; `undefined`: it is. */
function walkerUnsupported() {
  const twin = twinUnsupported()
  if (twin !== undefined) return `there can be no twin here: ${twin}`
  return distrust ?? native().walkerUnsupported() ?? undefined
}

/** Whether a census is made by the walker: `undefined`, or why not. `asked`: the option `walker`. */
function walkerRefusal(asked, mode) {
  if (asked === false) return 'walker: false'
  const reason = mode === 'inline' ? 'it works in a twin only, and mode is inline' : walkerUnsupported()
  if (reason === undefined || asked === 'auto') return reason
  throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', `the heap cannot be walked: ${reason}; leave out walker: true, and V8's snapshot is taken`)
}

/** Is an error the walk's own, so that V8's snapshot may still succeed? The reason is kept, for it would fail again. */
function isWalkersOwn(error) {
  if (error.code !== 'ERR_LEAKGUARD_TWIN' && error.code !== 'ERR_LEAKGUARD_INTERNAL') return false
  distrust = `it failed in this process: ${error.message}`
  return true
}

module.exports = { walkerRule, walkerUnsupported, walkerRefusal, isWalkersOwn }
