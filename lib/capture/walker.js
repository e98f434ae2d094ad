'use strict'

const { LeakguardError } = require('../errors.js')
const { native } = require('../native.js')
const { wrong, shown } = require('../options.js')
const { twinUnsupported } = require('./mode.js')

/** The option `walker`. */
function walkerRule(name, value = 'auto') {
  if (value === 'auto' || typeof value === 'boolean') return value
  throw wrong(`"${name}" must be true, false or 'auto', got ${shown(value)}`)
}

/** What was wrong with a walk of this process: there is no second try. */
let distrust

/** Why the heap is not walked here; `undefined`: it is. */
function walkerUnsupported() {
  const twin = twinUnsupported()
  if (twin !== undefined) return `there can be no twin here: ${twin}`
  return distrust ?? native().walkerUnsupported() ?? undefined
}

/** Whether the heap is walked: `undefined`, or why not. `asked`: the option `walker`. */
function walkerRefusal(asked, mode) {
  if (asked === false) return 'walker: false'
  const reason = mode === 'inline' ? 'it works in a twin only, and mode is inline' : walkerUnsupported()
  return reason === undefined || asked === 'auto' ? reason : refused(reason)
}

/** `walker: true` takes no other way. */
function refused(reason) {
  throw new LeakguardError('ERR_LEAKGUARD_UNSUPPORTED', `the heap cannot be walked: ${reason}; leave out walker: true, and V8's snapshot is taken`)
}

/** What becomes of a twin when the walk in it goes wrong: it refuses its own result, reads what is not there, panics. */
const OWN = new Set(['capture', 'died', 'internal'])

/** Was it the walk that failed? A twin that was killed, or could not be made, says nothing of it. */
function isWalkersOwn({ failure }) {
  return OWN.has(failure)
}

/** May V8's snapshot succeed after this? It asks for more than a walk: what ended a twin otherwise would end the next one. */
function endsWalking(error) {
  return isWalkersOwn(error) || error.failure === 'stalled'
}

/** Keeps the reason why the heap is not to be walked again in this process. */
function distrustWalker(reason) {
  distrust = reason
}

module.exports = { walkerRule, walkerUnsupported, walkerRefusal, refused, isWalkersOwn, endsWalking, distrustWalker }
