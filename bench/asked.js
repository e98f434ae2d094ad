'use strict'
// A server in a process of its own that is asked over connections which stay, and what answering takes it. Of wall time a server shares its cores
// with whatever else runs; of processor time it does not.

const { spawn } = require('child_process')
const { once } = require('events')
const http = require('http')

const CONNECTIONS = 16

/** In the server's process, once it listens: tells its port, and afterwards how much it used whenever it is asked; `answer` is for all other questions. */
function answering(listening, answer) {
  listening.listen(0, '127.0.0.1', () => process.send(listening.address().port))
  process.on('message', async (question) => process.send(question === 'used' ? process.cpuUsage() : await answer(question)))
}

/**
 * Starts `script`, which calls `answering`. `use(count)` resolves to the seconds of processor time that so many requests take, all threads
 * of the server counted; `ask(question)` to what it answers; `end()` kills it.
 */
async function asked(node, [script, ...args]) {
  const child = spawn(node, [script, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const told = async () => (await once(child, 'message'))[0]
  const port = await told()
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const one = () => new Promise((resolve, reject) => http.get({ port, host: '127.0.0.1', agent }, (response) => response.resume().on('end', resolve)).on('error', reject))
  const ask = (question) => (child.send(question), told())
  const used = async () => {
    const { user, system } = await ask('used')
    return (user + system) / 1e6
  }
  const use = async (count) => {
    const before = await used()
    let left = count
    await Promise.all(Array.from({ length: CONNECTIONS }, async () => { while (left-- > 0) await one() }))
    return (await used()) - before
  }
  const end = () => {
    agent.destroy()
    child.kill('SIGKILL')
  }
  return { use, ask, end }
}

module.exports = { answering, asked }
