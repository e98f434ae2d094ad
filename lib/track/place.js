'use strict'

const { join, sep } = require('node:path')
const { fileURLToPath } = require('node:url')
const util = require('node:util')

/** Whatever of this package is on the stack is not where the app did something. */
const OWN = join(__dirname, '..') + sep
/** Own frames above the app's: the capture, the tracker and the hook, with room for one more. */
const OWN_FRAMES = 5
/** Most calls come from the app itself; only where Node is between is the stack read further. */
const NEAR = 2

/**
 * Where the app is right now: `{ function, file, line, column }` of its innermost frame outside of Node, among `depth` frames; the
 * nearest of Node's own where there is none. `undefined` for what leakguard does itself, and where the stack cannot be read.
 */
function placeOf(depth) {
  const near = read(OWN_FRAMES + Math.min(NEAR, depth))
  const found = appsOf(near)
  if (found === OURS || found.isApps || near.length < OWN_FRAMES + NEAR || depth <= NEAR) return shaped(found)
  return shaped(appsOf(read(OWN_FRAMES + depth)))
}

const OURS = {}
const NOWHERE = { frame: undefined, isApps: false }

function appsOf(frames) {
  let nearest
  let hooks = true
  for (const frame of frames) {
    const name = frame.scriptName
    if (hooks && (name.startsWith(__dirname) || name === 'node:diagnostics_channel')) continue
    hooks = false
    if (name.startsWith(OWN)) return OURS
    if (!name.startsWith('node:') && name !== '') return { frame, isApps: true }
    nearest ??= frame
  }
  return nearest === undefined ? NOWHERE : { frame: nearest, isApps: false }
}

function shaped(found) {
  return found === OURS ? undefined : (found.frame ?? UNKNOWN)
}

const UNKNOWN = { functionName: '', scriptName: '', lineNumber: 0, columnNumber: 0 }

// V8's own reading of the stack, which no setting of `Error` changes and which changes none: Node.js 22.9 and newer.
const read = util.getCallSites ? (count) => util.getCallSites(count, { sourceMap: false }) : readByError

/** The same by `Error`, with the app's settings of it put back. Where those are frozen nothing is read. */
function readByError(count) {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  if (limit?.configurable === false || prepare?.configurable === false || !Object.isExtensible(Error)) return []
  Object.defineProperty(Error, 'stackTraceLimit', { value: count, writable: true, configurable: true, enumerable: true })
  Object.defineProperty(Error, 'prepareStackTrace', { value: framesOf, writable: true, configurable: true, enumerable: true })
  try {
    const holder = {}
    Error.captureStackTrace(holder)
    return holder.stack
  } finally {
    restore('stackTraceLimit', limit)
    restore('prepareStackTrace', prepare)
  }
}

function restore(name, descriptor) {
  if (descriptor === undefined) delete Error[name]
  else Object.defineProperty(Error, name, descriptor)
}

function framesOf(_, frames) {
  return frames.map((frame) => ({
    functionName: frame.getFunctionName() ?? '',
    scriptName: frame.getFileName() ?? '',
    lineNumber: frame.getLineNumber() ?? 0,
    columnNumber: frame.getColumnNumber() ?? 0,
  }))
}

/** A frame as people read it. */
function legible({ functionName, scriptName, lineNumber, columnNumber, column }) {
  return { function: functionName, file: pathOf(scriptName), line: lineNumber, column: columnNumber ?? column }
}

function pathOf(name) {
  if (!name.startsWith('file:')) return name
  try {
    return fileURLToPath(name)
  } catch {
    return name
  }
}

module.exports = { placeOf, legible }
