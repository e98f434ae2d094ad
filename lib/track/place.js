'use strict'

const { join, sep } = require('node:path')
const { fileURLToPath } = require('node:url')
const util = require('node:util')

/** Whatever of this package is on the stack is not where the app did something. */
const OWN = join(__dirname, '..') + sep
/** Frames of this folder, where they cannot be left out beforehand. */
const OWN_FRAMES = 6
/** Most calls come from the app itself; only where Node is between is the stack read further. */
const NEAR = 2

/**
 * A frame: its file and position tell it from others. What V8 hands out holds the function and its `this`, so nobody keeps it:
 * `plain()` is for keeping, and made only of frames that are new, because lines cost.
 */
class Frame {
  #site

  constructor(site) {
    this.file = site.getFileName() ?? ''
    this.#site = site
  }

  get position() {
    return this.#site.getPosition()
  }

  /** Of a call that the stack no longer holds, before an `await`. */
  get isAsync() {
    return this.#site.isAsync()
  }

  plain() {
    const site = this.#site
    return { function: site.getFunctionName() ?? '', file: pathOf(this.file), line: site.getLineNumber() ?? 0, column: site.getColumnNumber() ?? 0 }
  }
}

/** The same of `util.getCallSites`, which asks nobody's settings, does not tell of `await`, and costs more. */
class ReadFrame {
  isAsync = true
  #site

  constructor(site) {
    this.file = site.scriptName
    this.#site = site
  }

  get position() {
    const { lineNumber, columnNumber, column } = this.#site
    // Minified code has columns in the millions, all in one line.
    return lineNumber * 2 ** 31 + (columnNumber ?? column)
  }

  plain() {
    const { functionName, lineNumber, columnNumber, column } = this.#site
    return { function: functionName, file: pathOf(this.file), line: lineNumber, column: columnNumber ?? column }
  }
}

const UNKNOWN = { file: '', position: 0, isAsync: false, plain: () => ({ function: '', file: '', line: 0, column: 0 }) }

/**
 * Where the app is right now: the innermost frame outside of Node, among `depth` frames, and the nearest of Node's own where there is none.
 * `above` is the function that the app called, if that is known. `frame` is `undefined` for what leakguard does itself; `isCaller`: nothing lies between
 * that function and the frame; `isAsync`: what the stack holds does not say it alone.
 */
function placeOf(depth, above) {
  const own = above === undefined ? OWN_FRAMES : 0
  const near = read(own + Math.min(NEAR, depth), above)
  const found = appsOf(near)
  if (found.frame === undefined || found.isApps || depth <= NEAR || near.length < own + NEAR) return found
  return appsOf(read(own + depth, above))
}

function appsOf(frames) {
  let nearest
  let isCaller = true
  let isAsync = false
  for (const frame of frames) {
    const { file } = frame
    if (nearest === undefined && (file.startsWith(__dirname) || file === 'node:diagnostics_channel')) continue
    isAsync ||= frame.isAsync
    if (file.startsWith(OWN)) return { frame: undefined, isApps: false, isCaller, isAsync }
    if (!file.startsWith('node:') && file !== '') return { frame, isApps: true, isCaller, isAsync }
    nearest ??= frame
    isCaller = false
  }
  return { frame: nearest ?? UNKNOWN, isApps: false, isCaller: false, isAsync }
}

/** A frame that may be kept. */
function kept(frame) {
  const { file, position } = frame
  const plain = frame.plain()
  return { file, position, plain: () => plain }
}

/** By `Error`, with the app's settings of it put back before anything of the app's runs; where they are frozen, by `util`. */
function read(count, above) {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  if (limit?.configurable === false || prepare?.configurable === false || !Object.isExtensible(Error)) return readOtherwise(count)
  set('stackTraceLimit', count)
  set('prepareStackTrace', framesOf)
  try {
    const holder = {}
    Error.captureStackTrace(holder, above)
    const { stack } = holder
    // A realm whose `Error` somebody has exchanged asks that one.
    return Array.isArray(stack) ? stack : readOtherwise(count)
  } finally {
    restore('stackTraceLimit', limit)
    restore('prepareStackTrace', prepare)
  }
}

function framesOf(_, sites) {
  return sites.map((site) => new Frame(site))
}

function readOtherwise(count) {
  // Node.js 22.9 and newer.
  return util.getCallSites === undefined ? [] : util.getCallSites(count + OWN_FRAMES, { sourceMap: false }).map((site) => new ReadFrame(site))
}

function set(name, value) {
  Object.defineProperty(Error, name, { value, writable: true, configurable: true, enumerable: true })
}

function restore(name, descriptor) {
  if (descriptor === undefined) delete Error[name]
  else Object.defineProperty(Error, name, descriptor)
}

function pathOf(name) {
  if (!name.startsWith('file:')) return name
  try {
    return fileURLToPath(name)
  } catch {
    return name
  }
}

module.exports = { placeOf, kept }
