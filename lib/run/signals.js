'use strict'

const { readFileSync } = require('node:fs')

/** What a person or a supervisor ends a program with; SIGUSR2 is for the app, such as a heap dump's. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']
const ENDING = new Set(['SIGINT', 'SIGTERM', 'SIGHUP'])
/** So many Ctrl-C are meant. */
const MEANT = 3

/**
 * Passes signals on to the child while it runs: `{ asked, stop() }`; `asked` has those that are to end it.
 *
 * A terminal sends Ctrl-C to all of the foreground group, the child among them: then it is not sent twice.
 */
function forwardSignals(child, emitter = process) {
  const asked = new Set()
  let interrupts = 0
  const handlers = FORWARDED.map((signal) => {
    const handler = () => {
      if (ENDING.has(signal)) asked.add(signal)
      if (signal === 'SIGINT' && ++interrupts >= MEANT) return void child.kill('SIGKILL')
      if (signal === 'SIGINT' && isForeground()) return
      child.kill(signal)
    }
    // Not every system has every signal.
    try {
      emitter.on(signal, handler)
    } catch {
      return undefined
    }
    return [signal, handler]
  })
  return {
    asked,
    stop: () => {
      for (const [signal, handler] of handlers.filter(Boolean)) emitter.off(signal, handler)
    },
  }
}

/** Whether a terminal's Ctrl-C comes to this process, and so to its children. */
function isForeground() {
  try {
    // After the name, which can have spaces and brackets: state, ppid, pgrp, session, tty, foreground group.
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1).split(' ')
    return fields[2] === fields[5]
  } catch {
    return process.stdin.isTTY === true
  }
}

module.exports = { forwardSignals }
