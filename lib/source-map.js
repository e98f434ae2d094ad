'use strict'

const { findSourceMap } = require('node:module')
const { fileURLToPath } = require('node:url')
const { native } = require('./native.js')
const { shortPlace } = require('./short-place.js')

/** Answers are small; maps are not, and none is kept. */
const REMEMBERED = 4096

/** Places that were asked for, `file:line:column function`, and how they were written; `null`: as they run. */
const known = new Map()

/**
 * Places as a person wrote them: `{ file, line, column, function? }`, 1-based, of what V8 runs, to the same of the source from
 * which that was made. What has no map, or a broken one, stays as it is.
 *
 * Node's own maps come first (`--enable-source-maps`, and loaders that make TypeScript run as it is, whose maps are in memory
 * alone), then those that the scripts on the disk name, as in the core. At once, for a few places: a bundle's map takes tens
 * of ms.
 */
function mapped(places) {
  const missing = unknown(places)
  if (missing.length > 0) remember(missing, JSON.parse(native().originalPlaces(JSON.stringify(missing))))
  return places.map(written)
}

/** The same with Node's own maps alone: for places that the core has mapped already, where the disk has a map. */
function mappedByNode(places) {
  return places.map((place) => (isScript(place) ? { ...place, ...byNode(place) } : place))
}

/** The places in a report of this process, by Node's own maps; the core has followed those on the disk. Changes the report. */
function mapReport(report) {
  for (const row of [...(report.suspects ?? []), ...(report.classes ?? [])]) {
    if (!row.location) continue
    const [location] = mappedByNode([row.location])
    Object.assign(row, placedAt(row, location))
  }
  return report
}

/** What is at a place, at another one: in its text, too. */
function placedAt(row, location) {
  const [was, is] = [row.location, location].map((place) => `(${shortPlace(place)})`)
  return { ...row, location, ...(row.text !== undefined && { text: row.text.replace(was, () => is) }) }
}

/** Those that the disk has to be asked for. */
function unknown(places) {
  const missing = new Map()
  for (const place of places) {
    if (known.has(keyOf(place)) || !isScript(place)) continue
    const own = byNode(place)
    if (own) remember([place], [own])
    else missing.set(keyOf(place), place)
  }
  return [...missing.values()].map(({ file, line, column, function: name }) => ({ file: plain(file), line, column, function: name }))
}

function isScript({ file, line }) {
  return typeof file === 'string' && line > 0 && /^(\/|[a-z]:[\\/]|file:)/i.test(file)
}

/** By a map that Node has in memory. */
function byNode({ file, line, column, function: name }) {
  try {
    const entry = findSourceMap(file)?.findEntry(line - 1, column - 1)
    if (typeof entry?.originalSource !== 'string' || entry.originalLine === undefined) return undefined
    const isName = entry.name && entry.generatedLine === line - 1 && column - 1 - entry.generatedColumn === name?.length
    return {
      file: plain(entry.originalSource),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
      ...(isName && { function: entry.name }),
    }
  } catch {
    return undefined // a broken map
  }
}

function remember(places, answers) {
  if (known.size + places.length > REMEMBERED) known.clear()
  places.forEach((place, index) => known.set(keyOf(place), answers[index] ?? null))
}

function written(place) {
  const answer = known.get(keyOf(place))
  return answer ? { ...place, ...answer } : { ...place, ...(isScript(place) && { file: plain(place.file) }) }
}

function keyOf({ file, line, column, function: name = '' }) {
  return `${plain(file)}:${line}:${column} ${name}`
}

/** The path that a `file:` URL is. */
function plain(file) {
  if (!file?.startsWith?.('file:')) return file
  try {
    return fileURLToPath(file)
  } catch {
    return file
  }
}

module.exports = { mapped, mappedByNode, mapReport, placedAt }
