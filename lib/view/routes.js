'use strict'

const { join } = require('node:path')
const { send, sendJson } = require('../http/answer.js')
const query = require('../http/query.js')
const { Refusal } = require('../http/refusal.js')
const { own, pageRoutes } = require('../http/routes/page.js')

// All that `leakguard view` answers: the same shape of routes as the endpoint's (../http/routes/table.js), for heaps that are kept.

const PAGE = join(__dirname, 'page')
const ASSETS = new Map([
  ...['api.js', 'charts.js', 'element.js', 'format.js', 'icon.svg', 'page.css', 'suspect.js', 'treemap.js'].map((name) => [name, own(name)]),
  ...['view.css', 'view.js', 'labels.js', 'row-tree.js', 'object.js', 'summary.js', 'compare.js'].map((name) => [name, join(PAGE, name)]),
])

/** Ids and numbers of classes have 32 bits. */
const MOST = 2 ** 32 - 1
const ROWS = {
  from: query.whole(0, MOST, 'Rows before the first', 0),
  count: query.whole(1, 500, 'Rows at most', 50),
}
const TEXT_LENGTH = 500

const HEAPS = {
  method: 'GET',
  path: '/heaps',
  summary: 'The files, and how far they are read',
  answers: 'object',
  run: ({ files }, { req, res }) => sendJson(req, res, { heaps: files.map(({ about }) => about) }),
}

const OUTLINE = {
  method: 'GET',
  path: '/heaps/{heap}/outline',
  summary: 'What is known of it as soon as it was parsed: figures, and classes by own size',
  answers: 'object',
  run: (shared, { req, res, params }) => sendText(req, res, fileOf(shared, params.heap).outline ?? notYet()),
}

const REPORT = {
  method: 'GET',
  path: '/heaps/{heap}/report',
  summary: 'What analyze says of it',
  answers: 'object',
  run: (shared, { req, res, params }) => sendText(req, res, heapOf(shared, params.heap).report),
}

const DIFF = {
  method: 'GET',
  path: '/heaps/{heap}/diff',
  summary: 'What changed since an earlier one of the same process',
  query: { since: query.whole(0, MOST, 'The earlier one', 0), top: query.whole(1, 500, 'Classes, and holders, at most', 100) },
  answers: 'object',
  async run(shared, { req, res, params, values: { since, top } }) {
    const [before, after] = [heapOf(shared, String(since)), heapOf(shared, params.heap)]
    sendText(req, res, await shared.queue.serve(res, (signal) => after.diff(before, top, signal)))
  },
}

/** A question to a heap: `asked(values, numbers)` makes it, numbers are the path's. */
function question(path, summary, parameters, asked) {
  return {
    method: 'GET',
    path: `/heaps/{heap}${path}`,
    summary,
    query: parameters,
    answers: 'object',
    async run(shared, { req, res, params, values }) {
      const { heap: nth, ...rest } = params
      const heap = heapOf(shared, nth)
      const numbers = Object.fromEntries(Object.entries(rest).map(([name, text]) => [name, numberOf(text)]))
      const text = await shared.queue.serve(res, (signal) => heap.ask(asked(values, numbers), signal))
      if (text === 'null') throw new Refusal(404, `there is no such ${'id' in numbers ? 'object' : 'class'} in this heap`)
      sendText(req, res, text)
    },
  }
}

const QUESTIONS = [
  question(
    '/classes',
    'Classes, the largest first',
    { text: query.text('In the name', TEXT_LENGTH), order: query.word(['retained', 'shallow', 'count', 'name'], 'Sorted by', 'retained'), ...ROWS },
    ({ text = '', order, ...page }) => ({ ask: 'classes', text, order, page }),
  ),
  question('/classes/{class}', 'Objects of a class', ROWS, (page, numbers) => ({ ask: 'members', ...numbers, page })),
  question(
    '/search',
    'Objects by a text',
    { text: query.text('What is looked for', TEXT_LENGTH), among: query.word(['objects', 'held', 'strings'], 'Names of classes and functions, of variables and properties, or texts', 'objects'), ...ROWS },
    ({ text, among, ...page }) => ({ ask: 'search', text: required('text', text), among, page }),
  ),
  question('/objects/{id}', 'One object', {}, (_none, numbers) => ({ ask: 'object', ...numbers })),
  question('/objects/{id}/dominated', 'What would go with it, one level', ROWS, (page, numbers) => ({ ask: 'dominated', ...numbers, page })),
  question(
    '/objects/{id}/contents',
    'What it points to',
    { order: query.word(['retained', 'place'], 'Sorted by size, or as it stands there', 'retained'), ...ROWS },
    ({ order, ...page }, numbers) => ({ ask: 'contents', ...numbers, order, page }),
  ),
  question('/objects/{id}/retainers', 'What points to it', ROWS, (page, numbers) => ({ ask: 'retainers', ...numbers, page })),
  question('/objects/{id}/way', 'The way from the roots to it', {}, (_none, numbers) => ({ ask: 'way', ...numbers })),
  question('/objects/{id}/tree', 'What it holds, as areas', {}, (_none, numbers) => ({ ask: 'tree', ...numbers })),
]

function required(name, value) {
  if (value === undefined) throw new Refusal(400, `"${name}" is missing`, { code: 'ERR_LEAKGUARD_OPTION' })
  return value
}

function heapOf(shared, text) {
  const file = fileOf(shared, text)
  return file.isReady ? file : notYet()
}

function fileOf({ files }, text) {
  const file = files[numberOf(text)]
  if (file === undefined) throw new Refusal(404, 'there is no such file')
  return file
}

function notYet() {
  throw new Refusal(409, 'the file is not read yet, or cannot be', { code: 'ERR_LEAKGUARD_BUSY', headers: { 'Retry-After': '1' } })
}

function numberOf(text) {
  const number = Number(text)
  if (!/^\d{1,10}$/.test(text) || number > MOST) throw new Refusal(404, 'there is nothing of this number')
  return number
}

function sendText(req, res, text) {
  send(req, res, 200, { 'Content-Type': 'application/json; charset=utf-8' }, text)
}

module.exports = { ROUTES: [...pageRoutes(join(PAGE, 'index.html'), ASSETS), HEAPS, OUTLINE, REPORT, DIFF, ...QUESTIONS], ASSETS }
