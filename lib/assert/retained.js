'use strict'

const { size: sizeRule, validate, duration, callback, wrong, shown } = require('../options.js')
const { bytes: inWords, count } = require('../report/words.js')
const { Call } = require('./call.js')
const { Readings } = require('./readings.js')

const RULES = { timeout: duration('4s', 1), setup: callback, teardown: callback }
const WARM_UP = 10
/** So many answers are held at once, and so many bytes of them. */
const HELD = { most: 100, bytes: 8 * 2 ** 20 }
/** Where V8 is not asked right after the collection, it counts the room that it allocates from as used, and that comes and goes: the median has to be of more readings than have it. */
const ROUNDS = 7

/**
 * Whether a call of `fn` retains less than `size`: its answer, with all that only that reaches, and what it leaves elsewhere.
 * Answers `{ less, bytes, text }`.
 */
async function retainedOf(fn, size, given) {
  if (typeof fn !== 'function') throw wrong(`what is asserted to retain little must be a function, got ${shown(fn)}: write () => call()`)
  const limit = sizeRule()('size', size)
  if (limit === undefined) throw wrong(`"size" must be bytes or a text such as '10KB', got ${shown(size)}`)
  const options = validate(given, RULES)
  const held = new Array(HELD.most)
  let at = 0
  const call = new Call((given) => {
    const answer = fn(given)
    if (typeof answer?.then !== 'function') return void (held[at++ % HELD.most] = answer)
    return answer.then((value) => void (held[at++ % HELD.most] = value))
  }, options)
  await call.run(WARM_UP)
  const readings = new Readings(['heap', 'external'])
  const { heap, external } = readings.columns
  const once = async (calls) => {
    held.fill(undefined)
    at = 0
    await readings.take(0)
    await call.run(calls)
    await readings.take(calls)
    const now = readings.count - 1
    return (heap[now] - heap[now - 1] + external[now] - external[now - 1]) / calls
  }
  const first = Math.max(await once(1), 1)
  const calls = Math.max(1, Math.min(HELD.most, Math.floor(HELD.bytes / first)))
  const found = []
  for (let round = 0; round < ROUNDS; round++) found.push(await once(calls))
  held.fill(undefined)
  const bytes = Math.max(0, Math.round(found.sort((a, b) => a - b)[ROUNDS >> 1]))
  const less = bytes < limit
  const name = fn.name ? `${fn.name}()` : 'the function'
  return { less, bytes, text: `a call of ${name} retains ${inWords(bytes)} (${count(bytes)} bytes); the limit is ${inWords(limit)}` }
}

module.exports = { retainedOf }
