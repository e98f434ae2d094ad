'use strict'
// Functions that leak, and functions that do not, by name: each entry makes a fresh call to be asserted. The leaking ones are of each cause
// that apps have, small and large, of every call and of some; the clean ones do what looks like a leak and is none.

const { EventEmitter, once } = require('events')
const fs = require('fs')
const net = require('net')
const { AsyncLocalStorage } = require('async_hooks')
const { PassThrough } = require('stream')
const { promisify } = require('util')
const vm = require('vm')
const zlib = require('zlib')

const turn = () => new Promise(setImmediate)
const deflate = promisify(zlib.deflate)

class Session {
  constructor(id) {
    this.id = id
    this.at = { created: id, touched: null }
  }
}

class Node {
  constructor(parent) {
    this.parent = parent
    this.children = []
  }
}

/** What is kept somewhere, and grows with the calls. */
const leaking = {
  'array of objects': () => collector((list, n) => list.push({ n })),
  'array of numbers, 8 bytes a call': () => collector((list, n) => list.push(n)),
  'array of texts': () => collector((list, n) => list.push(`text ${n}`)),
  'array of large objects': () => collector((list, n) => list.push({ rows: Array.from({ length: 500 }, (_, row) => ({ row, n })) })),
  'every tenth call': () => collector((list, n) => n % 10 === 0 && list.push({ n })),
  'Map by number': () => kept(new Map(), (map, n) => map.set(n, { n })),
  'Map by object': () => kept(new Map(), (map, n) => map.set({ n }, n)),
  'Set of objects': () => kept(new Set(), (set, n) => set.add({ n })),
  'object as a dictionary': () => kept({}, (object, n) => (object[`key ${n}`] = n)),
  'class instances': () => collector((list, n) => list.push(new Session(n))),
  'listeners on one emitter': () => kept(new EventEmitter().setMaxListeners(0), (emitter, n) => emitter.on('message', () => n)),
  'once that never comes': () => kept(new EventEmitter().setMaxListeners(0), (emitter, n) => emitter.once('never', () => n)),
  'abort listeners on one signal': () => kept(new AbortController().signal, (signal, n) => signal.addEventListener('abort', () => n)),
  'reactions of one promise': () => kept(new Promise(() => {}), (promise, n) => void promise.then(() => n)),
  'promises that never settle': () => collector((list, n) => list.push(new Promise(() => n))),
  'a race with one that never settles': () => kept(new Promise(() => {}), (forever, n) => Promise.race([forever, Promise.resolve(n)])),
  'async functions that wait for ever': () => kept(new Promise(() => {}), (forever) => void (async () => forever)()),
  'closures over large data': () => collector((list, n) => {
    const data = new Array(100).fill(n)
    list.push(() => data.length)
  }),
  'closures that hold closures': () => {
    let last = null
    let n = 0
    return () => {
      const before = last
      n++
      last = () => before && n
    }
  },
  'a linked list': () => {
    const list = { head: null }
    return () => void (list.head = { next: list.head })
  },
  'a tree that keeps its children': () => kept(new Node(null), (root) => root.children.push(new Node(root))),
  'Buffers': () => collector((list) => list.push(Buffer.alloc(2048))),
  'large Buffers': () => collector((list) => list.push(Buffer.alloc(100_000))),
  'a slice of a large text': () => collector((list, n) => list.push(`${'x'.repeat(20_000)}${n}`.slice(0, 20))),
  'typed arrays': () => collector((list) => list.push(new Float64Array(64))),
  'symbols in a registry': () => collector((list, n) => list.push(Symbol(n))),
  'WeakMap whose keys stay': () => {
    const keys = []
    const map = new WeakMap()
    return () => {
      const key = {}
      keys.push(key)
      map.set(key, { of: key })
    }
  },
  'FinalizationRegistry of what stays': () => {
    const all = []
    const registry = new FinalizationRegistry(() => {})
    return () => {
      const object = {}
      all.push(object)
      registry.register(object, {})
    }
  },
  'memoized by every argument': () => {
    const memo = new Map()
    let n = 0
    const square = (x) => memo.get(x) ?? (memo.set(x, x * x), x * x)
    return () => void square(n++)
  },
  'a cache whose limit does not hold': () => kept(new Map(), (map, n) => {
    if (map.size > 1e9) map.clear()
    map.set(n, { n })
  }),
  'errors in a log': () => collector((list, n) => list.push(new Error(`error ${n}`))),
  'an async call that logs': () => collector(async (list, n) => {
    await null
    list.push({ n })
  }),
  'intervals that go on': () => collector((list, n) => list.push(setInterval(() => n, 1e6).unref())),
  'timeouts that are far away': () => collector((list, n) => void setTimeout(() => n, 1e8).unref()),
  'an AsyncLocalStorage that is kept by promises': () => {
    const storage = new AsyncLocalStorage()
    const list = []
    let n = 0
    return () => storage.run({ n: n++ }, () => void list.push(new Promise(() => {})))
  },
  'streams that are never read': () => collector((list) => {
    const stream = new PassThrough()
    stream.write('x'.repeat(500))
    list.push(stream)
  }),
  'contexts': () => collector((list, n) => n % 4 === 0 && list.push(vm.createContext({ n }))),
  'functions that are made of text': () => collector((list, n) => list.push(new Function(`return ${n % 7}`))),
  'proxies and their targets': () => collector((list, n) => list.push(new Proxy({ n }, {}))),
  'generators that stand still': () => collector((list, n) => {
    const generator = (function* () { yield n })()
    generator.next()
    list.push(generator)
  }),
}

/** What is busy, and keeps nothing, or a bounded part. */
const clean = {
  nothing: () => () => {},
  'short-lived objects': () => counted((n) => ({ n, list: [n, n] }).n),
  'large short-lived objects': () => counted((n) => Array.from({ length: 2000 }, (_, row) => ({ row, n })).length),
  'a cache of 200': () => bounded(200),
  'a cache of 50,000': () => bounded(50_000),
  'a ring': () => {
    const ring = new Array(50).fill(null)
    let n = 0
    return () => void (ring[n++ % 50] = { n })
  },
  'a counter in a dictionary of few keys': () => {
    const counts = {}
    let n = 0
    return () => void (counts[n % 30] = (counts[n++ % 30] ?? 0) + 1)
  },
  'listeners that are removed': () => kept(new EventEmitter(), (emitter) => {
    const listener = () => {}
    emitter.on('message', listener)
    emitter.off('message', listener)
  }),
  'once that comes': () => kept(new EventEmitter(), async (emitter) => {
    const came = once(emitter, 'message')
    emitter.emit('message', 1)
    await came
  }),
  'abort listeners that are removed': () => kept(new AbortController().signal, (signal) => {
    const listener = () => {}
    signal.addEventListener('abort', listener)
    signal.removeEventListener('abort', listener)
  }),
  'promises that settle': () => counted(async (n) => await Promise.all([n, turn()])),
  'a race that is won': () => counted((n) => Promise.race([turn(), Promise.resolve(n)])),
  'rejections that are caught': () => counted(async (n) => {
    try {
      await Promise.reject(new Error(`no ${n}`))
    } catch {
      await null
    }
  }),
  'errors that are thrown and caught': () => counted((n) => {
    try {
      throw new Error(`no ${n}`)
    } catch (error) {
      return error.message.length
    }
  }),
  'timers that fire': () => counted(() => new Promise((resolve) => setTimeout(resolve, 0))),
  'timers that are cleared': () => counted(() => clearTimeout(setTimeout(() => {}, 1e6))),
  'intervals that are cleared': () => counted(() => clearInterval(setInterval(() => {}, 1e6))),
  'WeakMap': () => kept(new WeakMap(), (map, n) => map.set({}, { n })),
  'WeakRef': () => counted((n) => new WeakRef({ n }).deref()?.n),
  'FinalizationRegistry': () => kept(new FinalizationRegistry(() => {}), (registry, n) => registry.register({}, n)),
  'JSON there and back': () => counted((n) => JSON.parse(JSON.stringify({ n, list: [1, 2, { n }] }))),
  'regular expressions': () => counted((n) => new RegExp(`a${n % 5}`).test('a3')),
  'text that is joined': () => counted((n) => ['a', n, 'b'].join('-').length),
  'large text': () => counted((n) => `${'x'.repeat(50_000)}${n}`.length),
  'Buffers that go': () => counted(() => Buffer.alloc(4096).length),
  'large Buffers that go': () => counted(() => Buffer.alloc(200_000).length),
  'compression': () => counted(() => deflate('x'.repeat(2000))),
  'a file that is read': () => counted(() => fs.promises.readFile(__filename, 'utf8')),
  'a file that is read at once': () => counted(() => fs.readFileSync(__filename).length),
  'a stream that is read to its end': () => counted(async () => {
    const stream = new PassThrough()
    stream.end('x'.repeat(500))
    for await (const chunk of stream) void chunk
  }),
  'a server that is closed': () => counted(async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
  }),
  'AsyncLocalStorage': () => kept(new AsyncLocalStorage(), (storage, n) => storage.run({ n }, () => Promise.resolve())),
  'generators': () => counted((n) => [...(function* () { yield n; yield n + 1 })()].length),
  'closures': () => counted((n) => [1, 2, 3].map((value) => value + n).length),
  'sorting': () => counted((n) => Array.from({ length: 300 }, (_, at) => (at * 7919 + n) % 1000).sort((a, b) => a - b)[0]),
  'a lazy module, at the first call': () => {
    let lazy
    return () => void (lazy ??= require('querystring')).parse('a=1&b=2')
  },
  'a lazy table, at the first call': () => {
    let table
    return () => void (table ??= Array.from({ length: 5000 }, (_, n) => ({ n })))
  },
  'a list that is emptied every 20 calls': () => collector((list, n) => {
    list.push({ n })
    if (n % 20 === 0) list.length = 0
  }),
  'what the call before left': () => {
    let last
    let n = 0
    return () => void (last = { n: n++, list: new Array(100).fill(last === undefined) })
  },
  'microtasks': () => counted((n) => new Promise((resolve) => queueMicrotask(() => resolve(n)))),
}

function kept(holder, call) {
  let n = 0
  return () => {
    const answer = call(holder, n++)
    return typeof answer?.then === 'function' ? answer : undefined
  }
}

function collector(call) {
  return kept([], call)
}

function counted(call) {
  return kept(undefined, (_, n) => call(n))
}

function bounded(size) {
  return kept(new Map(), (map, n) => {
    map.set(n, { n })
    if (map.size > size) map.delete(map.keys().next().value)
  })
}

module.exports = { leaking, clean }
