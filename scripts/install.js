'use strict'

// What npm runs when the package is installed: where no addon for this platform came along, one is built, if Rust is here.
// It never fails an install: what needs no addon works without, and the first call that needs one says what to do.

const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { addonLoads, buildNative, hasCargo } = require('../lib/native-build.js')

const isClone = existsSync(join(__dirname, '..', '.git')) // which builds with `npm start`, `npm test` or `npm run build`

if (!isClone && process.env.LEAKGUARD_SKIP_BUILD === undefined) {
  try {
    install()
  } catch (error) {
    console.error(`leakguard: ${error.message}`)
  }
}

function install() {
  if (addonLoads()) return
  if (hasCargo()) return buildNative()
  console.error(`leakguard: there is no prebuilt addon for ${process.platform} ${process.arch} here, and no cargo to build one: `)
  console.error('leakguard: install Rust (https://rustup.rs), then run "npx leakguard build-native"')
}
