'use strict'

// What commands print, whole, on a narrow terminal and on a usual one. run and top have theirs beside their tests.

const test = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { postmortemText } = require('../lib/postmortem/text.js')
const { redactionText } = require('../lib/redact/text.js')
const { diffText } = require('../lib/report/diff.js')
const { growthText } = require('../lib/report/growth.js')
const { sitesText } = require('../lib/report/sites.js')
const { node, root } = require('./support/child.js')
const { equalsText } = require('./support/golden.js')

const goldens = join(root, '__test__', 'goldens')
/** Of an answer that is kept, because each run's is another one. */
const PAGES = {
  growth: growthText,
  diff: diffText,
  postmortem: postmortemText,
  'heap-profile': sitesText,
  redact: (redaction, options) => redactionText(redaction, { audit: true, ...options }),
}
const answer = (name) => JSON.parse(readFileSync(join(goldens, name), 'utf8'))

for (const columns of [40, 80]) {
  const equals = (text, name) => {
    assert.deepEqual(text.split('\n').filter((line) => line.length > columns), [])
    equalsText(text, join(goldens, `${name}-${columns}.txt`))
  }

  test(`analyze on ${columns} columns`, async () => {
    const snapshot = join('crates', 'core', 'fixtures', 'node26-app.heapsnapshot.zst')
    const { stdout, stderr } = await node(['bin/leakguard.js', 'analyze', snapshot, '--no-scripts'], { env: { ...process.env, COLUMNS: String(columns) } })
    assert.equal(stderr, '')
    equals(stdout, 'analyze')
  })

  for (const [name, page] of Object.entries(PAGES)) {
    test(`${name} on ${columns} columns`, () => equals(page(answer(`${name}.json`), { stream: { columns } }), name))
  }

  test(`help on ${columns} columns`, async () => {
    const { stdout } = await node(['bin/leakguard.js', '--help'], { env: { ...process.env, COLUMNS: String(columns) } })
    equals(stdout, 'help')
  })
}
