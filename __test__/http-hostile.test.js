'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const { raw, served } = require('./support/endpoint.js')
const { folderFor } = require('./support/folder.js')

// Hostile requests, made from parts by a seeded choice. LEAKGUARD_HOSTILE says how many (10,000 by hand).
const COUNT = Number(process.env.LEAKGUARD_HOSTILE ?? 800)
const SEED = Number(process.env.LEAKGUARD_SEED ?? 42)
const SECRET = `planted-${'in-the-heap-'.repeat(3)}${process.pid}`
const TOKEN = 'the-token-of-this-test-0123'
globalThis.plantedSecret = { password: SECRET, list: [SECRET + 1, SECRET + 2] }

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'get', 'G\0T', 'M-SEARCH', '']
const PATHS = [
  '/', '', '/stats', '/series', '/events', '/leaks', '/listeners', '/timers', '/handles', '/metrics', '/openapi.json', '/snapshot', '/census', '/growth', '/gc',
  '/snapshots', '/snapshots/', '/snapshots/a.heapsnapshot', '/snapshots/../../etc/passwd', '/snapshots/%2e%2e%2f%2e%2e%2fetc%2fpasswd', '/snapshots/..%5c..%5cwin.ini',
  '/snapshots/%00', '/snapshots/%', '/snapshots/%ff%fe', '/snapshots//etc/passwd', '/assets/../handler.js', '/assets/page.js', '/assets/%2e%2e/handler.js', '/assets/constructor',
  '/__proto__', '/constructor/prototype', '/stats/..;/snapshot', '/./stats', '//stats', '/stats#', '/stats;a=b', '/\\evil.example', '/%', '/%zz', '/\u00e9', '/' + 'a'.repeat(3000), '/' + '../'.repeat(300),
]
const QUERIES = ['', '?', '?since=0', '?since=NaN', '?since=-1', '?since=' + '9'.repeat(400), '?since=1&since=2', '?token=' + TOKEN, '?token=x', '?compress=gzip', '?compress[]=gzip', '?redact', '?to=folder', '?to=../../x', '?rounds=1e9', '?interval=1d', '?top=0', '?__proto__[x]=1', '?constructor=1', '?a=%', '?' + 'a=1&'.repeat(500), '?<script>alert(1)</script>', "?x='%20OR%201=1--", '?%00', '?=']
const HEADERS = [
  [], ['Host: evil.example'], ['Host: 127.0.0.1'], ['Host: localhost', 'Host: evil.example'], ['X-Forwarded-For: 127.0.0.1'], ['X-Leakguard: 1'], ['X-Leakguard: '], ['Authorization: Bearer '],
  ['Authorization: Bearer ' + 'A'.repeat(20)], ['Authorization: Bearer ' + TOKEN.slice(0, -1)], ['Authorization: Basic ' + Buffer.from(`x:${TOKEN}`).toString('base64')], ['Authorization: Bearer \u0000'], ['Authorization: ' + 'B'.repeat(9000)],
  ['Range: bytes=0-1'], ['Range: bytes=-'], ['If-None-Match: *'], ['Accept: application/openmetrics-text'], ['Accept: ' + '*/*,'.repeat(900)], ['Content-Encoding: gzip'], ['Content-Length: 5'], ['Content-Length: -1'], ['Content-Length: 99999999'],
  ['Content-Length: 3', 'Content-Length: 5'], ['Transfer-Encoding: chunked'], ['Transfer-Encoding: gzip, chunked'], ['Transfer-Encoding: chunked', 'Content-Length: 4'], ['Expect: 100-continue'], ['Expect: x'], ['Upgrade: websocket', 'Connection: Upgrade'], ['Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: AAA'],
  ['Cookie: ' + 'c'.repeat(5000)], ['X: ' + 'x'.repeat(17_000)], ['Origin: null'], ['Sec-Fetch-Site: cross-site'], [' folded: header'], ['No colon'], ['__proto__: x'], ['Connection: close, X-Leakguard'], ['Last-Event-ID: ' + '0'.repeat(999)],
]
const BODIES = ['', '{}', '{"__proto__":{"token":1}}', '0\r\n\r\n', 'fffffffffffffffff\r\n', '\x1f\x8b\x08\x00', 'x'.repeat(20_000), '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', '\0'.repeat(64)]
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', '']

test(`${COUNT} hostile requests without the token: no 500, no secret`, async (t) => {
  const { port } = await served(t, { token: TOKEN, snapshotDir: folderFor(t) })
  const answers = await hostile(port, [])
  for (const { answer, request } of answers) assert.ok(!answer.includes(SECRET), request)
  assert.ok(answers.filter(({ status }) => status > 0).length > COUNT / 2)
  const allowed = new Set([200, 204, 304, 308, 400, 401, 404, 405, 408, 413, 415, 417, 431, 505, 0])
  for (const { status, request } of answers) assert.ok(allowed.has(status), `seed ${SEED}: ${status} for ${JSON.stringify(request.slice(0, 300))}`)
})

test('and with it, where the hook refuses all that costs', async (t) => {
  const { port } = await served(t, { token: TOKEN, snapshotDir: folderFor(t), beforeCapture: () => false, rate: 10_000 })
  for (const { status, answer, request } of await hostile(port, [`Authorization: Bearer ${TOKEN}`])) {
    assert.ok(status !== 500 && status < 506, `seed ${SEED}: ${status} for ${JSON.stringify(request.slice(0, 300))}`)
    assert.ok(!answer.includes('root:x:'), request)
  }
})

/** Sends them, 24 at once: `[{ request, status, answer }]`; the status is 0 where nothing came back. */
async function hostile(port, always) {
  const random = seeded(SEED)
  const one = (list) => list[Math.floor(random() * list.length)]
  const requests = Array.from({ length: COUNT }, () => {
    const lines = [`${one(METHODS)} ${one(['/heap', '/heap', '/heap', '', '/heap/'])}${one(PATHS)}${one(QUERIES)} ${one(VERSIONS)}`]
    const headers = [...always, ...one(HEADERS), ...one(HEADERS)]
    if (!headers.some((line) => line.startsWith('Host'))) lines.push('Host: 127.0.0.1')
    return [...lines, ...headers, 'Connection: close', '', one(BODIES)].join('\r\n')
  })
  const answers = []
  const client = async () => {
    for (let request = requests.pop(); request !== undefined; request = requests.pop()) {
      // Those that wait for events or for the rest of a body are cut off.
      const answer = await raw(port, request, { silence: 1000 })
      answers.push({ request, answer, status: Number(/HTTP\/1\.1 (?!100)(\d{3})/.exec(answer)?.[1] ?? 0) })
    }
  }
  await Promise.all(Array.from({ length: 24 }, client))
  return answers
}

function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
