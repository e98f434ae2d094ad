import http = require('node:http')
import { handler, serve, type Handler } from 'leakguard/http'
import leakguardFastify = require('leakguard/fastify')
import leakguardKoa = require('leakguard/koa')
import { watch } from 'leakguard'

const endpoint: Handler = handler({ token: 'a secret of 16 or more', watchdog: watch(), redact: 'always', timeout: '5m', beforeCapture: async ({ kind }) => kind !== 'gc' })
http.createServer((request, response) => endpoint(request, response, () => response.end()))
endpoint.close()
serve({ port: 9400, host: '127.0.0.1' }).then(({ url, close }) => (url.length > 0 ? close() : undefined))
leakguardKoa({ path: '/heap', authorize: (request) => request.headers.cookie !== undefined }).close()
const plugin: (fastify: any, options: { prefix: string }) => Promise<void> = leakguardFastify
void plugin

// @ts-expect-error a token is a text
handler({ token: 1 })
// @ts-expect-error Fastify's prefix is the path
leakguardFastify({}, { path: '/heap' })
