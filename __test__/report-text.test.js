'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { textOf } = require('../lib/report/text.js')

const suspect = {
  name: 'leakedArray',
  type: 'Array of Object',
  kind: 'collection',
  location: { file: '/app/memory-leak.js', line: 10, column: 7 },
  path: [
    { edge: '', name: '(GC roots)', type: 'root' },
    { edge: 'handler', name: 'leak', type: 'closure' },
    { edge: 'leakedArray', name: 'Array', type: 'array' },
    { edge: '[]', name: 'Object', type: 'object' },
  ],
  count: 20_000,
  retainedSize: 3_400_000,
  share: 0.412,
  id: 77,
  advice: 'Bound it.',
  fingerprint: 'f',
  text: 't',
}
const report = {
  node: 'v24.21.0',
  v8: '13.6',
  totalSize: 8_251_000,
  nodeCount: 123_456,
  edgeCount: 567_890,
  classes: [{ name: 'Object', count: 20_001, shallowSize: 1_234, retainedSize: 3_400_000, distance: 3 }],
  classCount: 300,
  dominators: [{ id: 77, name: 'leakedArray', class: 'Array', shallowSize: 16, retainedSize: 3_400_000, retainedCount: 60_001, distance: 4 }],
  suspects: [suspect],
  strings: [{ value: 'hello', count: 3, size: 72, wasted: 48 }],
  notes: [],
}

test('the page as a whole', () => {
  assert.equal(
    textOf(report, { source: 'a.heapsnapshot' }),
    `a.heapsnapshot
Node v24.21.0 · V8 13.6 · 8.3 MB in 123,456 nodes, 567,890 edges

1 leak suspect

1. leakedArray: Array of Object
   /app/memory-leak.js:10:7
   20,000 objects, 3.4 MB retained, 41 % of the heap

   (GC roots)
   └─ handler: leak (closure)
      └─ leakedArray: Array
         └─ []: Object

   Bound it.

Classes by retained size
  retained  own size  objects  class   written at
    3.4 MB    1.2 kB   20,001  Object
  and 299 more

Largest holders
  retained  objects  held as      class   id
    3.4 MB   60,001  leakedArray  Array  @77

Duplicate strings
    wasted  copies  text
  48 bytes       3  "hello"
`,
  )
})

test('a clean bill, and empty tables left out', () => {
  const clean = { ...report, node: undefined, v8: undefined, classes: [], classCount: 0, dominators: [], suspects: [], strings: [] }
  assert.equal(textOf(clean), '8.3 MB in 123,456 nodes, 567,890 edges\n\nNo leak suspects: nothing holds an unusual share of the heap.\n')
})

test('no text out of a heap drives the terminal or poses as another', () => {
  const evil = 'a\x1b]0;pwned\x07\x9b31m\r\nb\u202ec\u200bd\ud800e\u2028f'
  const place = { file: evil, line: 1, column: 1 }
  const page = textOf({
    ...report,
    node: evil,
    v8: evil,
    classes: [{ ...report.classes[0], name: evil, location: place }],
    dominators: [{ ...report.dominators[0], name: evil, class: evil }],
    suspects: [{ ...suspect, name: evil, type: evil, location: place, path: [{ edge: evil, name: evil, type: evil }], advice: evil }],
    strings: [{ ...report.strings[0], value: evil }],
    notes: [evil],
  }, { source: evil })
  assert.doesNotMatch(page.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}]/u)
  assert.ok(page.includes('a\\u{1b}]0;pwned\\u{7}\\u{9b}31m\\r\\nb\\u{202e}c\\u{200b}d\\u{d800}e\\u{2028}f'))
})

test('lines fit the terminal, however long the names', () => {
  const long = 'x'.repeat(500)
  const page = (columns) => textOf({
    ...report,
    classes: [{ ...report.classes[0], name: long, location: { file: `/${long}/a.js`, line: 1, column: 1 } }],
    suspects: [{ ...suspect, location: { file: `/${long}/a.js`, line: 3, column: 9 }, path: Array(40).fill({ edge: long, name: long, type: 'object' }) }],
    strings: [{ ...report.strings[0], value: long }],
  }, { stream: { columns } })
  for (const columns of [60, 80, 200]) {
    const widest = Math.max(...page(columns).split('\n').map((line) => line.length))
    assert.ok(widest <= columns, `${widest} in ${columns}`)
  }
  assert.ok(page(80).includes('x/a.js:3:9'), 'the end of a place is kept')
})

test('stress only where the stream shows it', () => {
  assert.ok(textOf(report, { stream: { columns: 80, hasColors: () => true } }).includes('\x1b[1m1 leak suspect\x1b[22m'))
  assert.ok(!textOf(report, { stream: { columns: 80, hasColors: () => false } }).includes('\x1b'))
})

test('what is often forgotten has tables where there is much of it', () => {
  const location = { file: '/app/server.js', line: 12, column: 3 }
  const listeners = [
    { type: 'AbortSignal', id: 1, event: 'abort', count: 340, functions: [{ function: 'onAbort', location, count: 340 }] },
    { type: 'Socket', id: 3, event: 'data', count: 2, functions: [{ function: '', count: 2 }] },
  ]
  const timers = [{ type: 'setInterval', delay: 60_000, function: 'poll', location, count: 50 }]
  const page = textOf({ ...report, listeners, timers, waiting: [{ function: 'work', location, count: 1200 }] })
  assert.match(page, /Listeners\n.*\n +340 +AbortSignal +abort +onAbort \(\/app\/server\.js:12:3\)\n/)
  assert.match(page, /Timers\n.*\n +50 +60,000 ms +setInterval +poll \(\/app\/server\.js:12:3\)\n/)
  assert.match(page, /Async functions that wait\n.*\n +1,200 +work \(\/app\/server\.js:12:3\)\n/)
  assert.doesNotMatch(page, /Socket/)
})
