'use strict'

const { join } = require('node:path')

const root = join(__dirname, '..', '..', '..')
const project = (name, match, transform) => ({
  displayName: name,
  rootDir: __dirname,
  testEnvironment: 'node',
  testMatch: [join(__dirname, match)],
  // As in node_modules, where a user has it: not transformed.
  transformIgnorePatterns: ['/node_modules/', `${root}/(lib/|[a-z]+[.]js$)`],
  ...transform,
})

module.exports = {
  testTimeout: 120_000,
  projects: [
    project('babel', 'plain.test.js', {}),
    project('reset', 'reset.test.js', {}),
    project('swc', 'typed.test.ts', { transform: { '\\.ts$': '@swc/jest' } }),
    project('babel-ts', 'typed.test.ts', {
      transform: { '\\.ts$': ['babel-jest', { presets: ['@babel/preset-typescript'], plugins: ['@babel/plugin-transform-modules-commonjs'] }] },
    }),
    project('esm', 'module.test.mjs', { transform: {}, moduleFileExtensions: ['mjs', 'js'] }),
  ],
}
