'use strict'

// An inspector that was opened for us is open to all users of the machine. What closes it again is in the process itself, a lease that is shared
// by all who come (two command lines at once) and renewed by each: when the last has left, or was killed and renews no more, it closes.

/** The process counts ticks, not time: one that stood still for a minute has counted one. */
const TICK_MS = 5000
const TICKS = 6
/** Once `leave` is answered. Closing waits for the sessions that are open. */
const CLOSE_MS = 20
/** Where others have been: Node 24 and 26 die of one who goes at the moment in which the inspector closes. */
const CLOSE_SHARED_MS = 500

/**
 * Takes part in the lease, beginning one where that is asked for. It is kept on Node's own module, which nobody freezes or lists.
 *
 * SIGUSR1 opens an inspector twice: at the next interrupt of what runs, and when the loop polls next, which does nothing where it is open. One that is
 * closed between these, by a timer behind a long run, would be opened again: it is closed behind the poll.
 */
const JOIN = (begins, tickMs) => `(() => {
  const inspector = process.getBuiltinModule?.('inspector') ?? require('inspector')
  const name = Symbol.for('leakguard.lease')
  const begin = () => {
    const holders = new Set()
    let [closing, after] = [undefined, ${CLOSE_MS}]
    const close = () => {
      clearInterval(ticking)
      delete inspector[name]
      inspector.close()
    }
    const closeLater = () => {
      const mine = setTimeout(() => setImmediate(() => closing === mine && close()), after)
      closing = mine
    }
    const leave = (holder) => {
      if (holders.delete(holder) && holders.size === 0) closeLater()
      return closing !== undefined
    }
    const ticking = setInterval(() => holders.forEach((holder) => ++holder.ticks > ${TICKS} && leave(holder)), ${tickMs})
    ticking.unref()
    const join = () => {
      clearTimeout(closing)
      if (closing !== undefined || holders.size > 0) after = ${CLOSE_SHARED_MS}
      closing = undefined
      const holder = { ticks: 0, renew: () => void (holder.ticks = 0), leave: () => leave(holder) }
      holders.add(holder)
      return holder
    }
    Object.defineProperty(inspector, name, { value: join, configurable: true })
    return join
  }
  return (inspector[name] ?? (${begins} ? begin() : undefined))?.()
})()`

/** Our part in the lease of a process. */
class Lease {
  #session
  #objectId
  #renewing

  /** Begins one, or joins; `undefined` where there is none and none is begun: the inspector is somebody's. */
  static async take(session, { begins, tickMs = TICK_MS }) {
    const { result, exceptionDetails } = await session.ask('Runtime.evaluate', { expression: JOIN(begins, tickMs), includeCommandLineAPI: true })
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description?.split('\n')[0] ?? exceptionDetails.text)
    return result.objectId === undefined ? undefined : new Lease(session, result.objectId, tickMs)
  }

  constructor(session, objectId, tickMs) {
    this.#session = session
    this.#objectId = objectId
    this.#renewing = setInterval(() => this.#call('renew').catch(() => {}), tickMs)
    this.#renewing.unref()
  }

  /** Leaves it; resolves to whether the inspector closes now: others may be there still. */
  async leave() {
    clearInterval(this.#renewing)
    const { result } = await this.#call('leave')
    return result.value === true
  }

  #call(name) {
    return this.#session.ask('Runtime.callFunctionOn', { objectId: this.#objectId, functionDeclaration: `function () { return this.${name}() }`, returnByValue: true })
  }
}

module.exports = { Lease }
