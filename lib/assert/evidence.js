'use strict'

const { census } = require('../capture/census.js')
const { matches } = require('./options.js')

const LOOKS = 3
/** Of the calls, how many must have left something: a call that leaks now and then does so every tenth time or oftener. */
const SHARE = 1 / 20
/** How far the steps between looks may differ. */
const EVEN = 0.5
const CLASSES = 5000
/** The least that a table grows by for an entry a call, over looks in which the calls have doubled. */
const TABLE_BYTES = 3

/** V8's own: code, shapes, feedback. They grow with what is compiled, not with the calls. */
const ENGINE = /^\((compiled code|system|object shape|hidden class|code relocation info)\b/
/** What the runner keeps of a test that runs, and no call can help. */
const RUNNERS = ['BufferedConsole', '_buffer']

/**
 * The dear way, for a call that the readings do not clear: the heap is looked at, the call made, and so on. What grew from
 * look to look in step with the calls is the evidence.
 */
async function gather(trial, call, options) {
  let calls
  const looks = []
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) calls = await trial.callsBetweenLooks(calls)
    // As bytes: a look must not be what the next one finds.
    looks.push(Buffer.from(JSON.stringify(await census({ top: CLASSES, mode: options.mode, readScripts: true }))))
  }
  const reports = looks.map((look) => JSON.parse(look))
  return { calls, looks: LOOKS, classes: classesThatGrew(reports, calls, options), mode: reports[0].capture.mode }
}

function classesThatGrew(looks, calls, { tolerance, ignore }) {
  const tables = looks.map(({ classes }) => new Map(classes.map((row) => [row.name, row])))
  const grown = []
  for (const [name, { location }] of tables.at(-1)) {
    if (ENGINE.test(name) || matches([...RUNNERS, ...ignore], [name])) continue
    const counts = tables.map((table) => table.get(name)?.count ?? 0)
    const sizes = tables.map((table) => table.get(name)?.shallowSize ?? 0)
    const perCall = steadily(counts, calls)
    const bytesPerCall = (sizes.at(-1) - sizes[0]) / (calls * (LOOKS - 1))
    if (perCall > tolerance.objects) grown.push({ name, location, counts, perCall, bytesPerCall })
    else if (perCall === undefined && extended(sizes) && bytesPerCall > Math.max(TABLE_BYTES, tolerance.bytes)) {
      grown.push({ name, location, sizes, bytesPerCall })
    }
  }
  return grown.sort((a, b) => b.bytesPerCall - a.bytesPerCall)
}

/** Whether it grew, and never shrank: a table is extended at one look and not at the next. */
function extended(sizes) {
  return sizes.every((size, at) => at === 0 || size >= sizes[at - 1])
}

/** How many more a call, if they are more after each look and about as many; else `undefined`. */
function steadily(counts, calls) {
  const steps = counts.slice(1).map((count, at) => count - counts[at])
  const least = Math.min(...steps)
  const most = Math.max(...steps)
  if (least < Math.max(2, calls * SHARE) || least < most * EVEN) return undefined
  return steps.reduce((sum, step) => sum + step, 0) / (calls * steps.length)
}

module.exports = { gather, steadily }
