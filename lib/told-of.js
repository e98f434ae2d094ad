'use strict'

const { LeakguardError } = require('./errors.js')
const { isPath } = require('./path.js')

const ABOUT_ALL = ['ERR_LEAKGUARD_UNRELATED', 'ERR_LEAKGUARD_CENSUS', 'ERR_LEAKGUARD_CANCELLED']

/** Of several sources, which one an error is about: `which`, in words. What is wrong with all of them together is about none. */
async function toldOf(which, source, work) {
  try {
    return await work
  } catch (error) {
    const isTold = ABOUT_ALL.includes(error.code) || error.cause?.syscall === 'open'
    if (!(error instanceof LeakguardError) || isTold) throw error
    const { code, message, cause, byte } = error
    throw new LeakguardError(code, `${which}${isPath(source) ? ` (${source})` : ''}: ${message.slice(`${code}: `.length)}`, { cause, byte })
  }
}

module.exports = { toldOf }
