'use strict'
// node bench/schemathesis.js [EXAMPLES]
// Schemathesis (pip install schemathesis; taken from the PATH) against the endpoint's OpenAPI description: so many examples an operation,
// with the token and without. Searches for growth are refused, because each takes its intervals; streams of events never end. Not checked is
// whether all that fits a schema is accepted: the range of a duration with a unit cannot be said in one.

const { spawn } = require('child_process')
const { once } = require('events')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { serve } = require('../http.js')

const TOKEN = 'the-token-of-the-schemathesis-run'
const examples = process.argv[2] ?? '50'

async function main() {
  const snapshotDir = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-schemathesis-'))
  fs.writeFileSync(path.join(snapshotDir, 'a.heapsnapshot'), 'abc')
  const served = await serve({ token: TOKEN, snapshotDir, keep: 1, rate: 10_000, mode: 'twin', priority: 'normal', beforeCapture: ({ kind }) => kind === 'gc' })
  try {
    for (const proof of [['-H', `Authorization: Bearer ${TOKEN}`], []]) {
      const args = ['run', `${served.url}openapi.json`, '--exclude-path', '/events', '--max-examples', examples, '--request-timeout', '60', '--no-color', '--exclude-checks', 'positive_data_acceptance', ...proof]
      const [code] = await once(spawn('schemathesis', args, { stdio: 'inherit' }), 'exit')
      process.exitCode ||= code
    }
  } finally {
    await served.close()
    fs.rmSync(snapshotDir, { recursive: true, force: true })
  }
}

main()
