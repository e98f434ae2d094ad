'use strict'

const { resolve } = require('node:path')
const { LeakguardError } = require('../errors.js')

/**
 * Looks for leakguard among the modules that the process has loaded, and begins its own capture if it is there: `{ promise, stop }`. Only our
 * own module is touched, which is known by its file and by the brand of its errors.
 */
const BEGIN = (path) => `(() => {
  const { _cache: loaded } = (process.getBuiltinModule?.('module') ?? require('module'))
  const brand = Symbol.for('leakguard.error')
  const isOurs = (file) => /[\\\\/]lib[\\\\/]errors\\.js$/.test(file) && loaded[file]?.exports?.LeakguardError?.prototype?.[brand] === true
  const file = Object.keys(loaded).find(isOurs)
  if (file === undefined) return undefined
  const { writeSnapshot } = loaded[file].require('./capture/snapshot.js')
  const ended = new AbortController()
  const told = ({ code, message }) => ({ failure: { code, message } })
  return { promise: writeSnapshot(${JSON.stringify(path)}, { signal: ended.signal }).catch(told), stop: () => ended.abort() }
})()`

/**
 * Has the leakguard that a process has loaded take the snapshot, by a twin where there can be one, into a file that both of us see;
 * resolves to its Capture, or to `undefined`: the process has none.
 */
async function takeOwnSnapshot(session, target, { signal }) {
  const path = resolve(target)
  const begun = answer(await session.ask('Runtime.evaluate', { expression: BEGIN(path), includeCommandLineAPI: true }))
  const { objectId } = begun
  if (objectId === undefined) return undefined
  const call = (text, more) => session.ask('Runtime.callFunctionOn', { objectId, functionDeclaration: text, ...more })
  const stop = () => call('function () { this.stop() }').catch(() => {})
  signal.addEventListener('abort', stop)
  try {
    const { value } = answer(await call('function () { return this.promise }', { awaitPromise: true, returnByValue: true }))
    if (signal.aborted) throw signal.reason
    if (value.failure === undefined) return value
    const { code = 'ERR_LEAKGUARD_ATTACH', message } = value.failure
    throw new LeakguardError(code, `in the process: ${message.replace(`${code}: `, '')}`)
  } finally {
    signal.removeEventListener('abort', stop)
    await session.ask('Runtime.releaseObject', { objectId }).catch(() => {})
  }
}

function answer({ result, exceptionDetails }) {
  if (exceptionDetails === undefined) return result
  const { exception, text } = exceptionDetails
  throw new LeakguardError('ERR_LEAKGUARD_ATTACH', `the process could not be asked: ${exception?.description?.split('\n')[0] ?? text}`)
}

module.exports = { takeOwnSnapshot }
