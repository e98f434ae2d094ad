'use strict'

const { constants } = require('node:os')
const { extname, resolve } = require('node:path')
const { wrong } = require('../options.js')
const { safe } = require('../report/words.js')
const { findings } = require('../run/verdict.js')
const { gather } = require('../run/gather.js')
const { runSession } = require('../run/session.js')
const { runText } = require('../run/text.js')
const { EXIT } = require('./commands.js')
const { asciiJson } = require('./json.js')
const { saved } = require('./saved.js')

const SCRIPTS = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])
/** What a signal's end looks like where a shell or npm passes it on. */
const BY_SIGNAL = 128

/** `leakguard run -- node app.js …` */
async function runCommand(given, { 'on-port': onPort, html, 'no-html': noHtml, 'no-gc': noGc, json, quiet }, { stdout, stderr, progress }) {
  if (given.length === 0) throw wrong('run takes the command that starts the app: leakguard run -- node app.js')
  if (html !== undefined && noHtml) throw wrong('run takes --html FILE or --no-html, not both')
  // A script stands for itself.
  const command = SCRIPTS.has(extname(given[0])) ? [process.execPath, ...given] : given
  // Where JSON goes to standard output, what the app says goes to the other one.
  const session = await runSession(command, { onPort, collect: !noGc, output: json ? 2 : 'inherit', log: !quiet })
  try {
    const processes = await gather(session.folder, { onProgress: progress.tell })
    const run = told(given, session, processes)
    progress.end()
    // What was seen is told all the same: the run cannot be had again.
    const failure = noHtml ? undefined : await page(run, html ?? defaultName(session.began))
    if (failure) stderr.write(`leakguard: ${safe(failure.message)}\n`)
    const code = exitCodeOf(run) || (failure ? EXIT.failure : EXIT.clean)
    return { text: json ? asciiJson({ ...run, exitCode: code }) : `\n${runText(run, { stream: stdout })}`, asked: json, code }
  } finally {
    session.close()
  }
}

/** Writes the page and notes where; answers why it could not. */
async function page(run, path) {
  try {
    const { runHtml } = require('../run/html.js')
    run.html = await saved(path, runHtml(run))
    return undefined
  } catch (error) {
    return error
  }
}

/** All that is to be said of a session. */
function told(command, { code, signal, asked, began, ended, load }, [subject, ...others]) {
  const nothing = { kind: 'not-watched', leak: false, headline: 'Nothing was watched', text: 'No Node.js process that could load leakguard was started: is the command right, and does it keep NODE_OPTIONS?' }
  const found = subject === undefined ? [nothing] : findings(subject, { code, signal })
  const list = [...found, ...loadFinding(load)]
  return { command, verdict: list[0].kind, leak: list.some(({ leak }) => leak), findings: list, code, signal, asked, began, lastedMs: ended - began, ending: endingWords(code, signal), load, subject, others }
}

function endingWords(code, signal) {
  return signal ? `ended by ${signal}` : `ended with ${code}`
}

function loadFinding(load) {
  if (load === undefined || load.code === 0) return []
  const of = (headline, text) => [{ kind: 'load', leak: false, headline, text }]
  if (!load.ran) return of('The load was not run', 'The app ended and had not listened on a port.')
  if (load.cut) return of('The load was cut off', 'The app ended before it.')
  return of(`The load ended with ${load.signal ?? load.code}`, 'What it was to show may not have been shown.')
}

/** The app's own code where it ended badly by itself; then whether there is a leak. docs/command-line.md says so. */
function exitCodeOf({ code, signal, asked, leak, subject, load }) {
  const wanted = [...asked, ...(load?.ran && !load.cut ? ['SIGINT', 'SIGTERM', 'SIGKILL'] : [])]
  const isWanted = wanted.includes(signal) || wanted.some((name) => code === BY_SIGNAL + constants.signals[name])
  if (signal && !isWanted) return BY_SIGNAL + constants.signals[signal]
  if (code && !isWanted) return code
  if (leak) return EXIT.leak
  return subject === undefined || (load !== undefined && load.code !== 0) ? EXIT.failure : EXIT.clean
}

function defaultName(began) {
  return resolve(`leakguard-run-${new Date(began).toISOString().slice(0, 19).replaceAll(':', '-')}.html`)
}

module.exports = { runCommand }
