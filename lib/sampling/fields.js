'use strict'

const { wrong, shown } = require('../options.js')

/** What a reading has only if it is asked for by name, because it costs as much as all the rest, or more. */
const DEAR = ['process', 'spaces', 'cgroup', 'machine', 'pressure', 'fds', 'resources']

/** The rule for `fields`: names of dear fields, or all of them. */
function fields(fallback) {
  return (name, value = fallback) => {
    if (value === 'all') return new Set(DEAR)
    if (Array.isArray(value) && value.every((field) => DEAR.includes(field))) return new Set(value)
    throw wrong(`"${name}" must be 'all' or an array of ${DEAR.join(', ')}, got ${shown(value)}`)
  }
}

module.exports = { fields }
