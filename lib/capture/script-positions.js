'use strict'

/** Got at once: Jest forbids it to whoever is still at work when a test has run out of time. */
const inspector = Number(process.versions.v8.split('.')[0]) < 12 ? loaded() : undefined
/** Connected where it is needed first, and idle in between: when a session ends, V8 forgets the ids of all objects, and `diff` needs them. */
let session

/**
 * Node 20's V8 (11.3) scans a script from its start for the position of every function in it: with a bundle or
 * `typescript` loaded, a snapshot takes minutes instead of a second. Enabling the debugger for a moment makes V8 build its
 * line tables once (with `typescript` loaded: 26 s became 0.7 s). Nothing stays but those tables, 2 MB there: no
 * JavaScript of the app runs in between, no port is opened, and breakpoints of other sessions are theirs. Where an
 * inspector is open, its client has done this already.
 */
function prepareScriptPositions() {
  if (inspector === undefined || inspector.url() !== undefined) return
  try {
    session ??= connected()
    session.post('Debugger.enable')
    session.post('Debugger.disable')
  } catch {
    // One that forbids it: the capture is slower, that is all.
  }
}

function connected() {
  const session = new inspector.Session()
  session.connect()
  return session
}

/** `undefined` in a Node without it. */
function loaded() {
  try {
    return require('node:inspector')
  } catch {
    return undefined
  }
}

module.exports = { prepareScriptPositions }
