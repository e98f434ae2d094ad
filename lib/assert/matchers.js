'use strict'

const { LeakguardError } = require('../errors.js')
const { leakOf } = require('./leak.js')
const { collectedOf } = require('./collected.js')
const { retainedOf } = require('./retained.js')

// What `expect.extend` of Jest and of Vitest takes. Nothing else of a runner is used.

/** Of the stack of an error of ours a runner shows the lines: those of the test are of use, ours are not. */
function withoutOwnFrames(matcher) {
  return async (...given) => {
    try {
      return await matcher(...given)
    } catch (error) {
      if (error instanceof LeakguardError) {
        const frames = (error.cause?.stack ?? error.stack).split('\n').filter((line) => /^ {4}at /.test(line) && !line.includes(__dirname))
        Object.defineProperty(error, 'stack', { value: [`${error.name}: ${error.message}`, ...frames].join('\n'), configurable: true, writable: true })
      }
      throw error
    }
  }
}

async function toLeak(fn, options) {
  const { leaks, text, name, calls } = await leakOf(fn, options)
  const message = leaks ? text : `${name} was expected to leak, and does not: ${calls} calls kept nothing`
  return { pass: leaks, message: () => `expect(${leaks ? 'call).not' : 'call)'}.toLeak()\n\n${message}` }
}

async function toBeCollected(object, options) {
  const { collected, text } = await collectedOf(object, options)
  return { pass: collected, message: () => `expect(object${collected ? ').not' : ')'}.toBeCollected()\n\n${text}` }
}

async function toRetainLessThan(fn, size, options) {
  const { less, text } = await retainedOf(fn, size, options)
  return { pass: less, message: () => `expect(call${less ? ').not' : ')'}.toRetainLessThan(${JSON.stringify(size)})\n\n${text}` }
}

module.exports = {
  toLeak: withoutOwnFrames(toLeak),
  toBeCollected: withoutOwnFrames(toBeCollected),
  toRetainLessThan: withoutOwnFrames(toRetainLessThan),
}
