'use strict'

const v8 = require('v8')

/** Fills this process's heap up to so many megabytes with small objects, as many as a server with many sessions has, and collects. Answers them. */
function fill(megabytes) {
  const sessions = (globalThis.sessions = [])
  while (v8.getHeapStatistics().used_heap_size < megabytes * 1e6) {
    for (let i = 0; i < 5000; i++) {
      const id = sessions.length
      sessions.push({ id, user: `user ${id}`, roles: ['a', id], seen: { at: id, from: null } })
    }
  }
  global.gc()
  return sessions
}

module.exports = { fill }
