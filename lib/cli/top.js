'use strict'

const { once } = require('node:events')
const { setTimeout: sleep } = require('node:timers/promises')
const { duration, wrong } = require('../options.js')
const { postmortem } = require('../postmortem/postmortem.js')
const { recordingOf } = require('../top/recording-of.js')
const { topText } = require('../top/text.js')
const { viewOf } = require('../top/view.js')
const { asciiJson } = require('./json.js')

const LEAST_MS = 100
const CLEAR = '\x1b[H\x1b[J'
const SCREEN = { on: '\x1b[?1049h\x1b[?25l', off: '\x1b[?25h\x1b[?1049l' }

/** `leakguard top PID|FILE`: on a terminal until the process ends, or Ctrl-C or q; elsewhere once. */
async function topCommand([target, ...rest], { once: isOnce, json, interval }, { stdin, stdout }) {
  if (target === undefined || rest.length > 0) throw wrong('top takes one PID, or the FILE of a flight recorder')
  const every = duration(1000, LEAST_MS)('interval', interval)
  const path = /^\d{1,10}$/.test(target) ? recordingOf(Number(target)) : target
  let view = viewOf(await postmortem(path))
  if (!isOnce && !json && stdout.isTTY) view = await live(view, path, every, stdin, stdout)
  return json ? { text: asciiJson(view), asked: true, leak: view.leak } : { text: topText(view, { stream: stdout }), leak: view.leak }
}

/** Draws until it is to end; answers what was drawn last, which then stays on the terminal. */
async function live(first, path, every, stdin, stdout) {
  const end = new AbortController()
  const stop = () => end.abort()
  const onKey = (key) => /^[q\x03\x04]/.test(String(key)) && stop() // eslint-disable-line no-control-regex -- Ctrl-C and Ctrl-D in raw mode
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  stdout.on('error', stop)
  if (stdin.isTTY) stdin.setRawMode(true)
  stdin.on('data', onKey)
  stdout.write(SCREEN.on)
  let view = first
  try {
    while (!end.signal.aborted) {
      const lines = topText(view, { stream: stdout }).split('\n').slice(0, (stdout.rows || 40) - 1)
      stdout.write(`${CLEAR}${lines.join('\n')}`)
      if (view.ending && view.ending.how !== 'running') break
      await Promise.race([sleep(every, undefined, { signal: end.signal }), once(stdout, 'resize', { signal: end.signal })]).catch(() => {})
      if (!end.signal.aborted) view = viewOf(await postmortem(path))
    }
    return view
  } finally {
    end.abort()
    stdout.write(SCREEN.off)
    stdin.off('data', onKey)
    stdin.pause()
    if (stdin.isTTY) stdin.setRawMode(false)
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    stdout.off('error', stop)
  }
}

module.exports = { topCommand }
