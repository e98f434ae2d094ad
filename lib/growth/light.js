'use strict'

const { wrong } = require('../options.js')

/** The least part of the mean step that each step has to have, as with signatures. */
const EVEN = 8
/** What everything is made of says little: told behind classes that say more. */
const GENERIC = new Set(['Object', 'Array', 'Function', 'Promise', 'Date', 'Map', 'Set', '(others)', ''])
const SHOWN = 3

/** Is it a census of objects counted by constructor? */
function isLight(look) {
  return look !== null && typeof look === 'object' && look.kind === 'light' && Array.isArray(look.classes)
}

/** What light censuses say of growth: the constructors of which there are more at every look. There are no ways and no sizes in them. */
function lightGrowth(looks, { top, minCount }) {
  looks.forEach((look, index) => {
    if (!isLight(look)) throw wrong(`look ${index + 1} is no light census, the others are: a light census is compared with light ones alone`)
  })
  const tables = looks.map((look, index) => counts(look, index))
  const grown = [...tables.at(-1).counts.keys()]
    .map((name) => ({ name, counts: tables.map((table) => table.counts.get(name) ?? table.least) }))
    .map(({ name, counts }) => ({ name, countDelta: counts.at(-1) - counts[0], counts }))
    .filter(({ countDelta, counts }) => countDelta >= minCount && rises(counts, countDelta))
  grown.sort((a, b) => b.countDelta - a.countDelta || (a.name < b.name ? -1 : 1))
  const classes = grown.slice(0, top)
  const notes = ['objects were counted by constructor: there are no paths and no sizes']
  const versions = looks.map(({ node }) => node)
  if (new Set(versions).size > 1) notes.push(`the looks are of different Node.js versions (${versions.join(', ')}): V8 keeps other things on each`)
  return { kind: 'light', looks: looks.length, totalCounts: looks.map(({ totalCount }) => totalCount), classes, notes, text: textOf(classes, looks.length) }
}

/** Of the classes that a census has left out, none has more objects than the last one that it has. */
function counts({ classes, classCount }, index) {
  const isRow = (row) => typeof row?.name === 'string' && Number.isSafeInteger(row.count) && row.count >= 0
  if (!classes.every(isRow)) throw wrong(`look ${index + 1} is no light census: its "classes" must have a "name" and a "count" each`)
  const least = classes.length < classCount ? Math.min(...classes.map(({ count }) => count)) : 0
  return { counts: new Map(classes.map(({ name, count }) => [name, count])), least }
}

function rises(counts, delta) {
  const least = Math.max(1, delta / ((counts.length - 1) * EVEN))
  return counts.every((count, at) => at === 0 || count >= counts[at - 1] + least)
}

/** `Session: +4,000 objects over 3 counts (12,000 now)`; what an app has a name for first. */
function textOf(classes, looks) {
  if (classes.length === 0) return `Nothing grows: no constructor has more objects at every one of ${looks} counts.`
  const between = looks === 2 ? 'between two counts' : `over ${looks} counts`
  const told = [...classes].sort((a, b) => GENERIC.has(a.name) - GENERIC.has(b.name)).slice(0, SHOWN)
  const number = (value) => value.toLocaleString('en')
  return told.map(({ name, countDelta, counts }) => `${name || '(no name)'}: +${number(countDelta)} objects ${between} (${number(counts.at(-1))} now)`).join('; ')
}

module.exports = { isLight, lightGrowth }
