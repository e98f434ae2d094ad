'use strict'

// `npm run api`: docs/api out of the types, by typedoc. A module a page.

const { installPackages, run } = require('../steps.js')

installPackages(__dirname)
run(process.execPath, ['node_modules/typedoc/bin/typedoc'], __dirname)
