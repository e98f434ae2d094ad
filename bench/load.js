'use strict'
// node load.js SECONDS: asks the server at URL, or at PORT of this machine, over 10 connections, for so long.

const http = require('http')

const url = process.env.URL ?? `http://127.0.0.1:${process.env.PORT}`
const agent = new http.Agent({ keepAlive: true, maxSockets: 10 })
const end = Date.now() + Number(process.argv[2]) * 1000

function ask(nth) {
  if (Date.now() > end) return void agent.destroy()
  const request = http.get(`${url}/product/${nth}`, { agent }, (response) => response.resume().on('end', () => ask(nth + 10)))
  request.on('error', () => agent.destroy())
}

for (let nth = 0; nth < 10; nth++) ask(nth)
