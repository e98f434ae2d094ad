'use strict'

// The one table of commands: the parser, the help, the reference in docs/command-line.md and the completion of shells are made from it.
// A command or flag that is not here does not exist. `run` loads a command when it is asked for: all of them take longer to load than a
// small snapshot to analyse. `read` makes a flag's text what the library takes.

const JSON_FLAG = (what = 'the report') => ({ type: 'boolean', help: `print ${what} as JSON, for programs` })
const MARKDOWN = { type: 'boolean', help: 'print it as Markdown, short enough for an issue' }
const TOP = (help) => ({ type: 'string', value: 'N', read: whole, help })
const FORCE = { type: 'boolean', help: 'go ahead where memory is short' }
const NO_SCRIPTS = { type: 'boolean', help: 'open no scripts on this disk: for snapshots of strangers' }

const TIMEOUT = { type: 'string', value: 'TIME', help: 'how long the process may take to open its inspector (20s)' }

/** Digits are a number; what else was given is left to the library, whose rule names it. */
function whole(text) {
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}

const COMMANDS = {
  run: {
    arguments: '-- COMMAND …',
    summary: 'run an app and say whether it leaks, what and where; write a page of it',
    leak: 'it leaks, or ran out of memory; where the app itself ended badly, the exit code is its own',
    run: () => require('./run.js').runCommand,
    rest: true,
    flags: {
      'on-port': { type: 'string', value: 'CMD', help: 'run this when the app listens, with PORT and URL set, and end the app after it' },
      html: { type: 'string', value: 'FILE', help: 'where the page goes (leakguard-run-<time>.html)' },
      'no-html': { type: 'boolean', help: 'write no page' },
      'no-gc': { type: 'boolean', help: "leave collections to V8; it takes minutes then until there is something to judge" },
      json: JSON_FLAG('all of it'),
    },
  },
  analyze: {
    arguments: 'FILE',
    summary: 'say what a heap snapshot holds, and what looks like a leak',
    leak: 'something in the snapshot looks like a leak',
    run: () => require('./analyze.js').analyzeCommand,
    flags: {
      json: JSON_FLAG(),
      md: MARKDOWN,
      html: { type: 'string', value: 'FILE', help: 'write a page for browsers, too: one file' },
      query: { type: 'string', value: 'QUERY', help: 'only what fits: class:Session size>1MB count>100 path:cache' },
      top: TOP('rows of each table (15; with --json 50)'),
      'no-scripts': NO_SCRIPTS,
      force: FORCE,
    },
  },
  view: {
    arguments: 'FILE…',
    summary: 'look into heap snapshots in a browser: classes, dominators, retainers, contents, search, comparison; Ctrl-C ends it',
    run: () => require('./view.js').viewCommand,
    flags: {
      port: { type: 'string', value: 'PORT', read: whole, help: 'the port of this machine on which the page is (any)' },
      'no-open': { type: 'boolean', help: 'open no browser: the URL is printed; so it is where no terminal is' },
      'no-scripts': NO_SCRIPTS,
      force: FORCE,
    },
  },
  growth: {
    arguments: 'FILE FILE…',
    summary: 'say what grew from each heap snapshot to the next, oldest first',
    leak: 'something grew each time',
    run: () => require('./growth.js').growthCommand,
    flags: { json: JSON_FLAG('the answer'), md: MARKDOWN, top: TOP('suspects at most (10)'), 'no-scripts': NO_SCRIPTS, force: FORCE },
  },
  diff: {
    arguments: 'FILE FILE',
    summary: 'say what came and went between two heap snapshots of one process, and what holds what came',
    run: () => require('./diff.js').diffCommand,
    flags: { json: JSON_FLAG('the answer'), md: MARKDOWN, top: TOP('holders, and classes, at most (20)'), 'no-scripts': NO_SCRIPTS, force: FORCE },
  },
  redact: {
    arguments: 'IN OUT',
    summary: 'copy a heap snapshot without the values of its strings',
    run: () => require('./redact.js').redactCommand,
    flags: {
      strict: { type: 'boolean', help: 'replace names that look like data too' },
      audit: { type: 'boolean', help: 'list the names that stay in clear' },
      salt: { type: 'string', value: 'TEXT', help: 'equal values have equal placeholders in all files of one salt' },
    },
  },
  convert: {
    arguments: 'IN OUT',
    summary: 'write a .heapprofile for pprof (.pb.gz) or speedscope (.speedscope.json), or what holds a heap snapshot for speedscope',
    run: () => require('./convert.js').convertCommand,
    flags: { force: FORCE },
  },
  postmortem: {
    arguments: 'RECORDING',
    summary: "say what a flight recorder's file tells of a process that is gone",
    leak: 'a leak was recorded',
    run: () => require('./postmortem.js').postmortemCommand,
    flags: {
      json: JSON_FLAG('all of it'),
      run: { type: 'string', value: 'N', help: 'look at this run instead of the last that ended' },
    },
  },
  top: {
    arguments: 'PID|RECORDING',
    summary: "look at a process as it runs, by its flight recorder's file: what lives, how fast it grows, leaks",
    leak: 'a leak is told',
    run: () => require('./top.js').topCommand,
    flags: {
      once: { type: 'boolean', help: 'print it once; so it is where no terminal is' },
      interval: { type: 'string', value: 'TIME', help: 'how often it is drawn (1s)' },
      json: JSON_FLAG('it once'),
    },
  },
  snapshot: {
    arguments: 'PID|HOST:PORT [FILE]',
    summary: 'take a heap snapshot of a process: by its own twin where it has loaded leakguard, else by its inspector',
    run: () => require('./snapshot.js').snapshotCommand,
    flags: {
      timeout: TIMEOUT,
      inspector: { type: 'boolean', help: 'by the inspector in any case: the process stands still' },
      json: JSON_FLAG('what was written'),
    },
  },
  'heap-profile': {
    arguments: 'PID|HOST:PORT [FILE]',
    summary: 'sample the allocations of a process that knows nothing of leakguard, and say what stays alive',
    run: () => require('./heap-profile.js').heapProfileCommand,
    flags: {
      duration: { type: 'string', value: 'TIME', help: 'for how long (10s)' },
      top: TOP('rows of the table (20)'),
      timeout: TIMEOUT,
      json: JSON_FLAG('the sites'),
    },
  },
  completion: {
    arguments: 'bash|zsh|fish',
    summary: 'print what makes a shell complete all this',
    run: () => require('./completion.js').completionCommand,
    flags: {},
  },
  'build-native': {
    arguments: '',
    summary: 'build the native addon with Rust, where no prebuilt one came along',
    run: () => require('./build-native.js').buildNativeCommand,
    flags: {},
  },
}

/** Every command has these. */
const GLOBAL = {
  quiet: { type: 'boolean', short: 'q', help: 'print no page and no progress: the exit code tells' },
  help: { type: 'boolean', short: 'h', help: 'print this help' },
  version: { type: 'boolean', short: 'v', help: 'print the version' },
}

/** What all commands end with. */
const EXIT = { clean: 0, leak: 1, usage: 2, failure: 3 }
const EXIT_HELP = [
  [EXIT.clean, 'it was done, and there is no leak'],
  [EXIT.leak, 'it was done, and there is a leak'],
  [EXIT.usage, 'the command line is wrong'],
  [EXIT.failure, 'it could not be done'],
]

/** What holds for all of them, in sentences; `about`: for those with such arguments. */
const SNAPSHOTS = /^(FILE|IN)/
const NOTES = [
  { about: SNAPSHOTS, text: 'FILE and IN are a .heapsnapshot, as it is or as .gz or .zst; - reads standard input, and as OUT of redact writes standard output.' },
  { about: SNAPSHOTS, text: 'At most 256 GiB are read, decompressed, and 4 GiB of strings; the option "limits" of analyze() in programs changes that.' },
  { text: 'Progress and bold print are for terminals; NO_COLOR takes the latter away.' },
]

module.exports = { COMMANDS, GLOBAL, EXIT, EXIT_HELP, NOTES }
