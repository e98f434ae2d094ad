'use strict'

// Reports as Markdown and as pages for browsers, and queries.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { reportHtml } = require('../lib/report/html/report.js')
const { reportMarkdown } = require('../lib/report/markdown/report.js')
const { queried, queryOf } = require('../lib/report/query.js')
const { openPage, picture, reasonToSkip } = require('./support/browser.js')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { equalsText } = require('./support/golden.js')
const { leakySnapshot } = require('./support/snapshot.js')

const cli = (args, options) => node(['bin/leakguard.js', ...args], options)
const taken = leakySnapshot(test)

/** Names as nobody writes them: they are what a heap can hold. */
const HOSTILE = '<img src=x onerror=alert(1)>|`*_[a](http://x.y)\u001b[31m\u202e@everyone'
const report = {
  node: 'v24.0.0',
  v8: '13.6',
  totalSize: 8_251_000,
  nodeCount: 123_456,
  edgeCount: 567_890,
  classes: [
    { name: 'Session', count: 20_001, shallowSize: 1_234, retainedSize: 3_400_000, distance: 3, location: { file: '/app/session.js', line: 3, column: 1 } },
    { name: HOSTILE, count: 3, shallowSize: 1_234, retainedSize: 4_000, distance: 3 },
  ],
  classCount: 300,
  dominators: [{ id: 77, name: 'cache', class: 'Map', shallowSize: 16, retainedSize: 3_400_000, retainedCount: 60_001, distance: 4 }],
  suspects: [{
    name: HOSTILE,
    type: 'Map of Session',
    kind: 'collection',
    location: { file: '/app/cache.js', line: 10, column: 7 },
    path: [{ edge: '', name: '(GC roots)', type: 'root' }, { edge: 'handler', name: 'serve()', type: 'closure' }, { edge: 'cache', name: 'Map', type: 'object' }, { edge: '[]', name: 'Session', type: 'object' }],
    count: 20_000,
    retainedSize: 3_400_000,
    share: 0.412,
    advice: `Bound ${HOSTILE}.`,
    text: `${HOSTILE} holds much`,
  }],
  contexts: [{ name: 'pages[].context', count: 12, retainedSize: 2_400_000, id: 99, script: '/app/page.js', path: [{ edge: 'pages', name: 'Array', type: 'array' }] }],
  contextCount: 12,
  closures: [
    { file: 'C:\\app\\handlers.js', count: 501, shallowSize: 32_064, retainedSize: 1_200_000, functions: [{ function: 'handle', location: { file: 'C:\\app\\handlers.js', line: 4, column: 9 }, count: 500, retainedSize: 1_100_000 }] },
    { file: `/app/${HOSTILE}.js`, count: 1, shallowSize: 64, retainedSize: 64, functions: [] },
  ],
  strings: [{ value: 'a secret', count: 3, size: 72, wasted: 48 }],
  notes: [],
}

test('Markdown, with names that would be more than names', () => {
  const text = reportMarkdown(report, { source: 'a.heapsnapshot' })
  equalsText(text, join(root, '__test__', 'goldens', 'report.md'))
  assert.doesNotMatch(text, /a secret/, 'values do not go into issues')
})

test('a page for browsers, with the same names', () => {
  const page = reportHtml(report, { source: HOSTILE })
  assert.doesNotMatch(page, /<img|<script|\u202e/)
  assert.match(page, /&lt;img src=x onerror=alert\(1\)&gt;/)
})

test('queries: all terms, of suspects, classes and holders', () => {
  const names = (query) => {
    const { suspects, classes, dominators } = queried(report, query)
    return [suspects.length, classes.map(({ name }) => name), dominators.map(({ name }) => name)]
  }
  assert.deepEqual(names('class:session'), [1, ['Session'], []])
  assert.deepEqual(names('class:map size>1MB'), [1, [], ['cache']])
  assert.deepEqual(names('size>=3400000 size<=3.4MB'), [1, ['Session'], ['cache']])
  assert.deepEqual(names('count<10'), [0, [HOSTILE], []])
  assert.deepEqual(names('count=60001'), [0, [], ['cache']])
  assert.deepEqual(names('path:serve'), [1, [], []])
  assert.deepEqual(names('path:session.js'), [0, ['Session'], []])
  assert.deepEqual(names('path:SESSION.js:3'), [0, ['Session'], []], 'a class has the place of its constructor')
  assert.deepEqual(names('path:session.js:33'), [0, [], []])
  const more = (query) => [queried(report, query).contexts.length, queried(report, query).closures.map(({ file }) => file)]
  assert.deepEqual(more('path:pages'), [1, []])
  assert.deepEqual(more('path:page.js class:context'), [1, []])
  assert.deepEqual(more('path:app\\handlers.js count>500'), [0, ['C:\\app\\handlers.js']])
  assert.deepEqual(more('class:function path:handle size>1MB'), [0, ['C:\\app\\handlers.js']])
  assert.deepEqual(more('class:Session'), [0, []])
  for (const wrong of ['', 'Session', 'class:', 'klass:a', 'size>many', 'count>1.5', 'size:3']) assert.throws(() => queryOf(wrong), { code: 'ERR_LEAKGUARD_OPTION' }, wrong)
})

test('on the command line', async (t) => {
  const { path } = await taken
  const html = join(folderFor(t), 'report.html')
  const analyzed = await cli(['analyze', path, '--md', '--html', html, '-q'])
  assert.equal(analyzed.code, 1, analyzed.stderr)
  assert.match(analyzed.stdout, /^## Heap snapshot[^]*1\. \*\*`leakedArray`\*\* \(Array of Object\)[^]*held by [^]*`leakedArray: Array`/)
  assert.ok(analyzed.stdout.length < 6000)
  assert.match(fs.readFileSync(html, 'utf8'), /<h2>1 leak suspect: leakedArray/)
  const grown = await cli(['growth', path, path, '--md'])
  assert.match(grown.stdout, /^## Growth over 2 looks[^]*\*\*Nothing grows\*\*/)
  const queriedText = await cli(['analyze', path, '--query', 'class:Date size>1kB'])
  assert.equal(queriedText.code, 0)
  assert.match(queriedText.stdout, /No leak suspect fits the query\.\n\nClasses by retained size\n[^]* Date/)
  assert.doesNotMatch(queriedText.stdout, /Duplicate strings/)
  for (const [expected, args, message] of [
    [2, ['analyze', path, '--md', '--json'], /JSON or Markdown, not both/],
    [2, ['analyze', path, '--query', 'x'], /"query" has x; a query is of class:TEXT/],
    [3, ['analyze', 'app.heapprofile'], /ERR_LEAKGUARD_PARSE: app\.heapprofile is no heap snapshot: a heap profile has the functions that allocated/],
    [3, ['analyze', path, '--html', '/nowhere/at/all.html'], /ERR_LEAKGUARD_IO: cannot write/],
  ]) {
    const { code, stderr } = await cli(args)
    assert.equal(code, expected, stderr)
    assert.match(stderr, message)
  }

  await t.test('the page in a browser', { skip: reasonToSkip() }, async (t) => {
    const hostile = join(folderFor(t), 'hostile.html')
    fs.writeFileSync(hostile, reportHtml(report, { source: 'a.heapsnapshot' }))
    const tab = await openPage(t)
    const complaints = []
    tab.on('console', (message) => complaints.push(message.text()))
    tab.on('dialog', (dialog) => complaints.push(dialog.message()))
    await tab.goto(pathToFileURL(hostile).href)
    await tab.getByText('onerror=alert').first().waitFor()
    await tab.goto(pathToFileURL(html).href)
    assert.match(await tab.locator('h2').first().innerText(), /1 leak suspect: leakedArray/)
    await picture(tab, 'report')
    await tab.setViewportSize({ width: 390, height: 844 })
    assert.ok((await tab.evaluate('document.documentElement.scrollWidth')) <= 390)
    assert.deepEqual(complaints, [])
  })
})
