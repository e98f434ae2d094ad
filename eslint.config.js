'use strict'

const js = require('@eslint/js')
const globals = require('globals')

module.exports = [
  { ignores: ['binding.js', 'lib/http/page/uplot.js', 'target/', 'bench/.cache/', 'fuzz/'] },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: globals.node },
    rules: {
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-var': 'error',
      'prefer-const': 'error',
      strict: ['error', 'global'],
    },
  },
  { files: ['scripts/fixtures/**'], rules: { 'no-sparse-arrays': 'off' } }, // a heap with all shapes has holes, too
  { files: ['__test__/runners/{jest,vitest}/**'], languageOptions: { globals: { ...globals.node, ...globals.jest } } },
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module', globals: globals.node } },
  { files: ['lib/http/page/*.js', 'lib/view/page/*.js'], languageOptions: { sourceType: 'module', globals: globals.browser }, rules: { strict: 'off' } },
  // A library never prints and never exits; programs do.
  { files: ['lib/**', 'index.js'], rules: { 'no-console': 'error', 'no-process-exit': 'error' } },
]
