'use strict'

/**
 * The start of a program: `leakedArray` holds so many objects, `sleep` waits, `twins()` lists the process ids of this
 * process's twins, and `inventory()` says what a capture might leave behind.
 */
const prelude = (objects) => `
  const fs = require('node:fs')
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const leakedArray = []
  const leak = (index) => leakedArray.push({ date: new Date(index), url: '/product/' + index })
  for (let index = 0; index < ${objects}; index++) leak(index)
  globalThis.handler = leak
  const children = () => fs.readdirSync('/proc/self/task').flatMap((task) => {
    try {
      return fs.readFileSync('/proc/self/task/' + task + '/children', 'utf8').match(/\\d+/g)?.map(Number) ?? []
    } catch {
      return [] // the thread has ended
    }
  })
  const end = (pid) => { try { process.kill(pid, 'SIGKILL') } catch {} }
  const aTwin = async () => { for (;;) { const [pid] = children(); if (pid) return pid; await sleep(1) } }
  const inventory = () => ({
    children: children().length,
    descriptors: fs.readdirSync('/proc/self/fd').length,
    threads: fs.readdirSync('/proc/self/task').length,
    listeners: process.eventNames().flatMap((name) => process.listeners(name)).length,
    handlers: fs.readFileSync('/proc/self/status', 'utf8').match(/Sig(Cgt|Ign|Blk):.*/g).join(),
    unforked: (fs.readFileSync('/proc/self/smaps', 'utf8').match(/^VmFlags:.* dc\\b/gm) ?? []).length,
  })
`

module.exports = { prelude }
