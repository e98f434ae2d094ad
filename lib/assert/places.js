'use strict'

const { readFileSync } = require('node:fs')
const vm = require('node:vm')
const { placedAt } = require('../source-map.js')

// Jest transforms a file in memory, and knows alone how its lines became those that V8 runs: it tells that to the `Error.prepareStackTrace` of
// Node's own realm, which is asked here as V8 would ask it.

let isFollowed = false

/** From here on places are told as Jest's source maps have them. */
function followJestsMaps() {
  isFollowed = true
}

/** What grew, at the place in the file that a person wrote. A place in the runner's text of it becomes that; one in the file itself stays. */
function asWritten(grown) {
  const { name = '', location } = grown
  const written = isFollowed && location ? byJest(location) : undefined
  if (written === undefined) return grown
  const [word] = /[\w$#]+/.exec(name) ?? []
  if (word !== undefined && !stands(word, written) && stands(word, location)) return grown
  return placedAt(grown, written)
}

/** Does the word stand there in the file? */
function stands(word, { file, line, column }) {
  try {
    return readFileSync(file, 'utf8').split('\n')[line - 1]?.slice(column - 1).startsWith(word) === true
  } catch {
    return false
  }
}

function byJest({ file, line, column }) {
  try {
    const { prepareStackTrace } = vm.runInThisContext('Error')
    if (typeof prepareStackTrace !== 'function') return undefined
    const [, path, ...at] = /^ *at (?:.* \()?(.+?):(\d+):(\d+)\)?$/m.exec(prepareStackTrace(new Error('a place'), [new CallSite(file, line, column)])) ?? []
    return path === undefined ? undefined : { file: path, line: Number(at[0]), column: Number(at[1]) }
  } catch {
    return undefined
  }
}

/** A frame of a stack, as V8 has it, that is at a place and says nothing else. */
class CallSite {
  #place
  constructor(...place) {
    this.#place = place
  }
  getFileName() {
    return this.#place[0]
  }
  getScriptNameOrSourceURL() {
    return this.#place[0]
  }
  getLineNumber() {
    return this.#place[1]
  }
  getColumnNumber() {
    return this.#place[2]
  }
  getFunctionName() {
    return null
  }
  getTypeName() {
    return null
  }
  getMethodName() {
    return null
  }
  getEvalOrigin() {}
  getThis() {}
  getFunction() {}
  isNative() {
    return false
  }
  isEval() {
    return false
  }
  isConstructor() {
    return false
  }
  isToplevel() {
    return true
  }
}

module.exports = { followJestsMaps, asWritten }
