'use strict'

const { join, sep } = require('node:path')

const root = join(__dirname, '..', '..')

/** Where leakguard's own code is: what that keeps in memory is told apart. */
const OWN = [join(root, 'lib') + sep, join(root, 'index.js'), join(root, 'binding.js')]

module.exports = { OWN }
