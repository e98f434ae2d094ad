// TypeScript: compiled with source maps, so that leakguard says the lines of this file and not of what became of it.
// npx tsc -p examples/typescript && PORT=3000 node examples/typescript/out/server.js

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import leakguard = require('leakguard')
import type { Leak } from 'leakguard'
import http = require('leakguard/http')

interface Session {
  readonly id: number
  readonly visited: string[]
}

const sessions: Session[] = [] // what nobody ends stays

const watchdog = leakguard.watch()
watchdog.on('leak', ({ text, suspects }: Leak) => console.error(text, suspects))

const heap = http.handler({ path: '/heap', token: process.env.HEAP_TOKEN, watchdog })
const server = createServer((request, response) => {
  void heap(request, response, () => {
    sessions.push({ id: sessions.length, visited: new Array<string>(50).fill(request.url ?? '/') })
    response.end(`${sessions.length} sessions\n`)
  })
})

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.once('SIGTERM', () => {
  server.close()
  heap.close()
  watchdog.stop()
})
