'use strict'

/** A leak in a paragraph that a person can act on. */
function textOfLeak(leak) {
  const { suspects, confirmedBy, looks, ...verdict } = leak
  const [first] = suspects
  const what = { heap: 'the heap', external: 'memory of buffers', native: 'native memory', resources: verdict.resource }[verdict.kind]
  const growth = verdict.kind === 'resources' ? `${Math.round(verdict.growthCount)} more` : `+${bytes(verdict.growthBytes)}`
  const rate = verdict.kind === 'resources' ? '' : `, ${bytes(verdict.bytesPerHour)}/h`
  const limit = verdict.reachesLimitAt === undefined ? '' : `, limit reached in ${duration(verdict.reachesLimitAt - verdict.time)}`
  const since = verdict.since === undefined ? '' : ` since ${new Date(verdict.since).toISOString()}`
  const name = first !== undefined ? `${first.text}. ` : verdict.sites?.length ? `${siteInWords(verdict.sites[0], verdict.resource)}. ` : ''
  const why = confirmedBy === 'evidence' ? `It grew at each of ${looks} looks at the heap.` : verdict.reason
  const advice = first ? ` ${first.advice}` : leak.memory ? ` ${memoryInWords(leak)}` : ''
  const unkept = leak.unkept === undefined ? '' : ` ${sentence(`no snapshot was kept (${leak.unkept})`)}`
  return `${name}Leak: ${what} ${growth}${since}${rate}${limit}. ${sentence(why)}${advice} ${sentence(evidenceInWords(leak))}${unkept}`
}

/** What it is known by. */
function evidenceInWords({ kind, evidence, looks, missing, counted, allocations }) {
  if (evidence === 'walker') return `Evidence: ${looks} looks at the heap, which was walked`
  if (evidence === 'snapshot') return `Evidence: ${looks} looks at the heap, by snapshots of V8's`
  if (kind === 'resources') return 'Evidence: the places that add them; the heap was not looked at'
  const seen = missing ? `the heap was not looked at (${missing})` : looks ? `no holder grew between ${looks} looks at the heap` : 'the heap was not looked at'
  if (evidence === 'light-census') return `Evidence: the trend, and objects counted by constructor${counted ? `: ${counted.replace(/\.$/, '')}` : ''}; ${seen}`
  return `Evidence: the trend${allocations ? ', and samples of what is allocated and stays' : ' alone'}; ${seen}`
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/\.?$/, '.')
}

/** What there is to say where no object in the heap holds it. */
function memoryInWords({ kind, memory: { before, after } }) {
  const went = (what, name) => `${what} from ${bytes(before[name])} to ${bytes(after[name])}`
  const figures = `${went('Resident memory went', 'rss')}, ${went('the heap', 'heapTotal')}, ${went('memory that its objects hold outside', 'external')}`
  const who = kind === 'native' ? 'so what grows is allocated by native code: an addon, a library, the allocator' : 'and no object of the heap was seen to hold what came'
  return `${figures}: ${who}.`
}

/** `413 abort listeners on AbortSignal are live, added by request (/app/server.js:12)`. */
function siteInWords({ live, type, event, delay, function: name, file, line }, resource) {
  const what = { listeners: `${event ?? ''} listeners on ${type}`, timers: `${type} timers${delay === undefined ? '' : ` of ${delay} ms`}`, handles: type }[resource]
  const where = file === '' ? '' : `${name === '' ? '' : `${name} `}(${file}:${line})`
  return `${live} ${what.trim()} are live, added by ${where || 'an unknown place'}`
}

function bytes(value) {
  const unit = value >= 1e9 ? ['GB', 1e9] : value >= 1e6 ? ['MB', 1e6] : ['kB', 1e3]
  return `${(value / unit[1]).toFixed(1)} ${unit[0]}`
}

function duration(ms) {
  const steps = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min']]
  const [size, unit] = steps.find(([size]) => ms >= size * 2) ?? [1000, 's']
  return `${Math.max(0, Math.round(ms / size))} ${unit}`
}

module.exports = { textOfLeak, siteInWords }
