'use strict'

const { buildNative } = require('../native-build.js')
const { wrong } = require('../options.js')

/** `leakguard build-native`: the addon from source, for platforms without a prebuilt one. */
async function buildNativeCommand(positionals, _values, { stderr }) {
  if (positionals.length > 0) throw wrong(`build-native takes no argument, got ${positionals[0]}`)
  // What cargo says goes to stderr: stdout has the result alone.
  return { text: `${buildNative({ stdio: ['ignore', stderr.fd ?? 2, stderr.fd ?? 2] })}\n` }
}

module.exports = { buildNativeCommand }
