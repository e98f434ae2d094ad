'use strict'

// Places are known by the number of their stack once `Error` has told them: a thousand calls from places beside each other, by all ways that
// there are to call, before and after the engine compiles and moves code.

const test = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { compileFunction } = require('node:vm')
const leakguard = require('leakguard')
const { program } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')

const PLACES = 40
const WAYS = {
  directly: (event) => [`bus.on('${event}', noop)`, 'bus.'],
  once: (event) => [`bus.once('${event}', noop)`, 'bus.'],
  applied: (event) => [`Reflect.apply(bus.on, bus, ['${event}', noop])`, 'Reflect.'],
  bound: (event) => [`bus.on.bind(bus, '${event}')(noop)`, `bus.on.bind(bus, '${event}')`],
  'for each': (event) => [`[noop].forEach((each) => bus.on('${event}', each))`, '[noop].forEach((each) => bus.'],
  constructed: (event) => [`new Adder('${event}')`, ''],
  spread: (event) => [`bus.on(...['${event}', noop])`, 'bus.'],
  target: (event) => [`target.addEventListener('${event}', noop)`, 'target.'],
  timer: (event, nth) => [`clearTimeout(setTimeout(noop, ${nth + 1000}))`, 'clearTimeout('],
}

/** A module with so many functions in one line each way, and where in the line each of them adds something. */
function source() {
  const head = `'use strict'; const { EventEmitter, on } = require('node:events'); const { Readable } = require('node:stream')
const bus = new EventEmitter().setMaxListeners(0), target = new EventTarget(), noop = () => {}
class Adder { constructor(event) { bus.on(event, noop) } }
exports.clear = (event) => { bus.removeAllListeners(event); target.removeEventListener(event, noop) }
exports.places = {}
`
  const expected = []
  const lines = Object.entries(WAYS).map(([way, make], at) => {
    let line = `exports.places[${JSON.stringify(way)}] = [`
    for (let nth = 0; nth < PLACES; nth++) {
      const event = `${way} ${nth}`
      const [call, before] = make(event, nth)
      line += 'function () { '
      if (way !== 'constructed') expected.push({ way, nth, event, line: head.split('\n').length + at, column: line.length + before.length + 1 })
      line += `${call} }, `
    }
    return `${line}]`
  })
  return { text: head + lines.join('\n'), expected }
}

test('each place is told from those beside it, whatever the engine does with the code', async (t) => {
  const { text, expected } = source()
  const folder = folderFor(t)
  const file = join(folder, 'places.js')
  fs.writeFileSync(file, text)
  const { listeners, timers } = await program(
    `
    const { places, clear } = require(${JSON.stringify(file)})
    const trackers = [leakguard.trackListeners({ sample: 1 }), leakguard.trackTimers({ sample: 1 })]
    let seed = 1
    const random = (below) => (seed = (seed * 48271) % 2147483647) % below
    const all = Object.values(places).flat()
    for (let round = 0; round < 30; round++) {
      // Some are called in a row, until they are compiled, and others now and then.
      for (let call = 0; call < 400; call++) all[random(all.length)]()
      const hot = all[random(all.length)]
      for (let call = 0; call < 3000; call++) hot()
      if (round % 3 === 0) globalThis.gc()
      if (round % 5 === 0) globalThis.gc({ type: 'minor' })
      for (const [way, { length }] of Object.entries(places)) for (let nth = 0; nth < length; nth++) clear(way + ' ' + nth)
    }
    for (const place of all) place()
    const [listeners, timers] = trackers.map((tracker) => tracker.report({ top: 10000 }).sites.filter(({ file }) => file === ${JSON.stringify(file)}))
    console.log(JSON.stringify({ listeners, timers }))
    `,
    { args: ['--expose-gc'] },
  )
  for (const { way, nth, event, line, column } of expected) {
    const found = way === 'timer' ? timers.filter(({ delay }) => delay === nth + 1000) : listeners.filter((site) => site.event === event)
    assert.deepEqual(
      found.map((site) => [site.line, site.column]),
      [[line, column]],
      event,
    )
  }
})

test('where a call has waited, the stack alone does not say who waits', async (t) => {
  const { tracker, line } = tracking(t)
  const bus = new EventEmitter().setMaxListeners(0)
  // As if it were of Node itself: the place is that of its caller.
  const late = compileFunction('return async function late(event) { await undefined; bus.on(event, () => {}) }', ['bus'], { filename: 'node:late' })(bus)
  async function first() {
    await late('first') // the first waits here
    await undefined
  }
  async function second() {
    await late('second') // the second waits here
    await undefined
  }
  for (let round = 0; round < 10; round++) await Promise.all([first(), second()])
  const sites = tracker.report().sites.filter(({ file }) => file === __filename)
  const found = sites.map(({ event, line, added }) => [event, line, added])
  assert.deepEqual(found.sort(), [['first', line('the first waits here'), 10], ['second', line('the second waits here'), 10]])
})

test('what Node adds for the app counts where the app calls Node, however deep that is', async (t) => {
  const { tracker, line } = tracking(t)
  const deep = compileFunction('return function deep(left, event) { return left === 0 ? bus.on(event, () => {}) : deep(left - 1, event) }', ['bus'], { filename: 'node:deep' })
  const bus = new EventEmitter().setMaxListeners(0)
  const add = deep(bus)
  for (let round = 0; round < 10; round++) {
    add(1, 'near') // near
    add(8, 'far') // far
    add(20, 'too far') // too far
  }
  const found = (event) => tracker.report().sites.filter((site) => site.event === event).map(({ file, line, added }) => [file, line, added])
  assert.deepEqual(found('near'), [[__filename, line('near'), 10]])
  assert.deepEqual(found('far'), [[__filename, line('far'), 10]])
  assert.equal(found('too far')[0][0], 'node:deep')
})

function tracking(t) {
  const tracker = leakguard.trackListeners({ sample: 1 })
  t.after(() => tracker.stop())
  const lines = fs.readFileSync(__filename, 'utf8').split('\n')
  return { tracker, line: (mark) => lines.findIndex((text) => text.endsWith(`// ${mark}`)) + 1 }
}
