'use strict'

const fs = require('node:fs')
const { join } = require('node:path')
const zlib = require('node:zlib')

/** The recorded traces: `[{ name, collection, kind, leak, samples }]`. */
function traces() {
  const text = zlib.gunzipSync(fs.readFileSync(join(__dirname, '../fixtures/traces.json.gz')))
  return JSON.parse(text).map(({ name, collection, kind, differences }) => {
    const columns = Object.entries(differences).map(([field, steps]) => {
      let value = 0
      return [field, steps.map((step) => (value += step))]
    })
    const samples = differences.time.map((_, at) => Object.fromEntries(columns.map(([field, values]) => [field, values[at]])))
    return { name, collection, kind, leak: kind === 'leak', samples }
  })
}

module.exports = { traces }
