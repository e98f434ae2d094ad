'use strict'

const { growth } = require('../growth/growth.js')
const { captured } = require('../growth/look.js')
const { classesOf } = require('../growth/classes.js')
const { matches } = require('./options.js')
const { asWritten } = require('./places.js')

/** Of the calls, how many must have left something, and objects at least: a call may leak every tenth time only. */
const SHARE = 1 / 20
const LEAST = 3
/** What the calls left is in step with how many there were between two looks, which is not the same twice. So far the two rates may differ. */
const EVEN = 0.7
/** Of what the readings say that a call leaves, how much must have come to places that grew between two looks, so that these are enough; a table is of its holder. */
const EXPLAINED = 0.25
/** Of the same, how much a call must leave after the second look: a table is not extended meanwhile, and what was filled by then leaves nothing. */
const GOES_ON = 0.4
/** Paths and classes are all that is asked of a look; their names the last one tells, which can be the second. */
const TASK = { report: false, retained: false, census: true, fold: { names: 0 } }
const TELLING = { ...TASK, fold: {} }
/** Somebody waits for the test: a look does not give way to others, and the calls go on beside it. */
const LOOK = { readScripts: true, priority: 'normal', beside: true }
const SUSPECTS = 50
/**
 * The least that a table grows by for an entry a call, over looks in which the calls have doubled; and the calls that it takes to
 * tell that from what comes and goes in a heap.
 */
const TABLE = { bytes: 3, calls: 10_000 }

/**
 * What two looks that are under way have in the heap, functions, promises, a timer, stands out of fewer calls: then each look is done before the next
 * begins, and leaves so much.
 */
const MANY = 2000
const TRACE = { few: 2048, many: 16_384, objects: 16 }

/** Their tables are as large as what came between two collections. What they keep has keys that live, and those grow. */
const WEAK = /^Weak(Map|Set)$/
/** V8's own: code, shapes, feedback. They grow with what is compiled, not with the calls. */
const ENGINE = /^(system \/ |\((compiled code|system|object shape|hidden class|code relocation info)\b)/
/** What the runner keeps of a test that runs, and no call can help. */
const RUNNERS = ['BufferedConsole', '_buffer']

/**
 * The dear way, for a call that the readings do not clear: the heap is looked at, the call made, and so on. What grew from
 * look to look in step with the calls is the evidence. `open`: what the readings say; `first`: a look that was begun at one of them.
 */
async function gather(trial, options, open, first) {
  const { calls, looks, evidence } = (await lookedAtBeside(trial, options, open, first)) ?? (await lookedAt(trial, options, open, false))
  // A walk and V8's snapshot are not compared with each other.
  if (areMixed(looks)) return gather(trial, { ...options, walker: false }, open)
  return evidence ?? found(calls, looks, options)
}

/**
 * What two looks say, where it is enough: the last batches all grew, what grew between the looks is places that have as much more, and the calls since went on
 * like that. Else a third look tells what goes on growing from what grew once.
 */
async function explanation(calls, looks, options, open, bytesSince) {
  const heap = open.find(({ name, state }) => name === 'heap' && state === 'rising')
  if (!heap || calls[0] < MANY || bytesSince < heap.perCall * GOES_ON) return undefined
  const seen = await Promise.all(looks.map(({ done }) => done))
  if (areMixed(seen)) return undefined
  const evidence = await found(calls, seen, options)
  const bytes = sum(evidence.suspects.map(({ retainedDelta }) => retainedDelta)) / sum(calls)
  return evidence.ignored === 0 && bytes >= heap.perCall * EXPLAINED ? evidence : undefined
}

function areMixed(looks) {
  return new Set(looks.map(({ evidence }) => evidence)).size > 1
}

/** What grew from look to look in step with the calls. */
async function found(calls, looks, options) {
  const reports = looks.map(({ text }) => JSON.parse(text))
  const { suspects } = await growth(reports, { top: SUSPECTS, minCount: LEAST, minBytes: 0 })
  // A class says less than the place that holds its objects: it counts where no place was found.
  const places = suspects
    .map((suspect) => ({ ...asWritten(suspect), perCall: steadily(suspect.values ?? suspect.counts, calls) }))
    .filter(({ perCall }) => perCall > options.tolerance.objects)
  const tables = reports.map(classesOf)
  const classes = classesThatGrew(tables, calls, options)
  const all = places.length > 0 ? places : classes
  const isIgnored = (one) => matches([...RUNNERS, ...options.ignore], textsOf(one))
  return {
    calls,
    looks: looks.length,
    suspects: places.filter((one) => !isIgnored(one)),
    classes: places.length > 0 ? [] : classes.filter((one) => !isIgnored(one)),
    bytesPerCall: bytesThatGrew(tables, calls),
    ignored: all.filter(isIgnored).length,
    evidence: looks[0].evidence,
    mode: looks[0].mode,
  }
}

/** Looks beside each other; `undefined` where they are to be made one by one: there was no room for several, or one had to be made again, of a later heap. */
async function lookedAtBeside(trial, options, open, first) {
  try {
    const seen = await lookedAt(trial, options, open, true, first)
    return seen.looks.every(({ begun }) => begun <= 1) ? seen : undefined
  } catch (error) {
    if (error.code === 'ERR_LEAKGUARD_HEADROOM') return undefined
    throw error
  }
}

/**
 * Three looks with calls between them, `{ calls, looks }`; or two, where those are enough, with the `evidence` of them. `beside`: the calls go on when a look has
 * begun; else when it is done.
 */
async function lookedAt(trial, options, open, beside, first) {
  const looks = []
  const calls = []
  const all = () => Promise.all(looks.map(({ done }) => done))
  const take = async (look = beginLook(options, looks.length > 0)) => {
    if (calls[0] < MANY) await all()
    looks.push(look)
    await (beside ? look.begun : look.done)
  }
  const before = first?.callsBefore ?? trial.made
  const isEarly = before < trial.made
  try {
    await take(first)
    calls.push(await trial.callsAfter(before))
    await take()
    calls.push(isEarly ? await trial.callsAfter(trial.made) : await trial.calls(2 * calls[0]))
    const evidence = await explanation(calls.slice(0, 1), looks, options, open, trial.bytesPerCall)
    if (evidence) return { looks: await all(), evidence }
    if (isEarly) {
      // What was filled since then, and is full now, would count.
      await looks.shift().end()
      calls.shift()
      await take()
      calls.push(await trial.calls(2 * calls[0]))
    }
    await take()
    return { calls, looks: await all() }
  } finally {
    // Where a call or a look failed, nobody wants the others.
    await Promise.all(looks.map((look) => look.end()))
  }
}

/**
 * Begins a look: `begun`, when the heap may change again; `done`, which resolves to `{ text, evidence, mode, begun }` with how often it was begun; `bytes`, of the
 * text, when it is done; and `end()`, for one that is no longer wanted.
 */
function beginLook({ mode, walker }, isTelling = false) {
  // A signal is asked, never listened to, and one of these is less of a trace in the next look.
  const signal = { aborted: false, reason: undefined }
  let times = 0
  let isBegun
  const first = new Promise((resolve) => (isBegun = resolve))
  const begun = () => {
    times++
    isBegun()
  }
  const done = captured(isTelling ? TELLING : TASK, { ...LOOK, mode, walker, begun, signal }).then(({ census, evidence, capture }) => {
    // As bytes: a look must not be what the next one finds.
    const text = Buffer.from(JSON.stringify(census))
    look.bytes = text.length
    return { text, evidence, mode: capture.mode, begun: times }
  })
  const ended = done.catch(() => {}) // it is told to who awaits it
  const end = () => {
    signal.aborted = true
    return ended
  }
  const look = { begun: Promise.race([first, ended]), done, end, bytes: 0 }
  return look
}

/** What a pattern may be part of. */
function textsOf({ name, type = '', text = '', fingerprint = '', path = [] }) {
  return [name, type, text, fingerprint, ...path.flatMap(({ edge, name }) => [edge, name])]
}

function classesThatGrew(tables, calls, { tolerance }) {
  const grown = []
  for (const [name, { location }] of tables.at(-1)) {
    if (ENGINE.test(name)) continue
    const counts = tables.map((table) => table.get(name)?.count ?? 0)
    const sizes = tables.map((table) => table.get(name)?.shallowSize ?? 0)
    const perCall = steadily(counts, calls, TRACE.objects)
    const bytesPerCall = (sizes.at(-1) - sizes[0]) / sum(calls)
    if (perCall > tolerance.objects) grown.push({ ...asWritten({ name, location }), counts, perCall, bytesPerCall })
    else if (perCall === undefined && !WEAK.test(name) && sum(calls) >= TABLE.calls && extended(sizes) && bytesPerCall > Math.max(TABLE.bytes, tolerance.bytes)) {
      grown.push({ ...asWritten({ name, location }), sizes, bytesPerCall })
    }
  }
  return grown.sort((a, b) => b.bytesPerCall - a.bytesPerCall)
}

/** What the heap as a whole gained between looks, but for the engine's own and the looks': the least of the steps, in bytes a call. */
function bytesThatGrew(tables, calls) {
  const sizes = tables.map((rows) => sum([...rows].map(([name, { shallowSize }]) => (ENGINE.test(name) ? 0 : shallowSize))))
  return Math.min(...calls.map((count, at) => (sizes[at + 1] - sizes[at] - (count < MANY ? TRACE.few : TRACE.many)) / count))
}

/** Whether it grew, and never shrank: a table is extended at one look and not at the next. */
function extended(sizes) {
  return sizes.every((size, at) => at === 0 || size >= sizes[at - 1])
}

/** How many more a call, if there are `least` more after each look, in step with the calls; else `undefined`. */
function steadily(counts, calls, least = LEAST) {
  const steps = calls.map((_, at) => counts[at + 1] - counts[at])
  const rates = calls.map((count, at) => steps[at] / count)
  const slowest = Math.min(...rates)
  if (Math.min(...steps) < least || slowest < SHARE || slowest < Math.max(...rates) * EVEN) return undefined
  return sum(steps) / sum(calls)
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}

module.exports = { gather, beginLook, classesThatGrew }
