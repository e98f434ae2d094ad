'use strict'

/**
 * A program's text that fills the heap with what programs hold: one of each kind of object that V8 lays out in its own way.
 * Classes of their own names are what two lists of the heap can be compared by.
 */
const SHAPES = `
class Plain { constructor(i) { this.number = i; this.half = i + 0.5; this.name = 'plain ' + i; this.inner = { i } } }
class Derived extends Plain { #secret = { derived: true }; get secret() { return this.#secret } }
class Wide { constructor(i) { for (let k = 0; k < 40; k++) this['key' + k] = { i, k } } }
class Dictionary { constructor(i) { for (let k = 0; k < 30; k++) this['key' + i + '_' + k] = { k }; delete this['key' + i + '_0'] } }
class Sparse { constructor(i) { this.list = []; this.list[0] = new Plain(i); this.list[90000] = new Plain(i) } }
class Holder { constructor(what) { this.what = what } }
const of = (count, make) => Array.from({ length: count }, (_, i) => make(i))
function* numbers() { const kept = new Holder('generator'); yield kept; yield 2 }
async function never(i) { const kept = new Holder('await ' + i); await new Promise(() => {}); return kept }
const keys = of(300, (i) => new Holder({ key: i }))
const weak = new WeakMap(keys.map((key, i) => [key, new Plain(i)]))
weak.set({}, new Plain(-1))
const registry = new FinalizationRegistry(() => {})
keys.forEach((key, i) => registry.register(key, new Holder({ held: i }), key))
class Unreached {}
for (let i = 0; i < 50; i++) registry.register(new Unreached(), i, new Unreached())
const gone = new WeakMap(of(50, (i) => [new Unreached(), new Unreached()]))
const lost = of(50, (i) => new WeakRef(new Unreached()))
let deep = ''
for (let i = 0; i < 100000; i++) deep += 'x' + i
const held = globalThis.held = {
  plain: of(3000, (i) => new Plain(i)),
  derived: of(400, (i) => new Derived(i)),
  frozen: of(100, (i) => Object.freeze(new Plain(i))),
  wide: of(60, (i) => new Wide(i)),
  dictionaries: of(60, (i) => new Dictionary(i)),
  sparse: of(20, (i) => new Sparse(i)),
  doubles: of(50, (i) => new Holder(of(100, (k) => k + i / 7))),
  maps: of(50, (i) => new Holder(new Map(of(20, (k) => [new Holder(k), new Set([{ i }, 'text ' + i])])))),
  closures: of(200, (i) => { const scope = new Holder({ i }); return function closure() { return scope } }),
  bound: of(100, (i) => never.bind(new Holder({ i }), i)),
  generators: of(50, () => { const it = numbers(); it.next(); return it }),
  awaiting: of(50, (i) => never(i)),
  proxies: of(50, (i) => new Proxy(new Holder({ i }), {})),
  bigints: of(50, (i) => new Holder(2n ** BigInt(200 + i))),
  symbols: of(50, (i) => new Holder(Symbol('symbol ' + i))),
  dates: of(50, () => new Holder([new Date(), /expression/g, new Error('kept')])),
  references: of(50, (i) => new Holder(new WeakRef(keys[i]))),
  buffers: of(50, (i) => new Holder([Buffer.alloc(20000), new Float64Array(100 + i), new DataView(new SharedArrayBuffer(64))])),
  deep, sliced: deep.slice(10, 400), keys, weak, registry, gone, lost,
  huge: of(200000, (i) => i % 20000 === 0 ? new Plain(i) : null),
}
held.context = require('node:vm').runInNewContext(
  'class Foreign { constructor(i) { this.i = { i } } } Array.from({ length: 60 }, (_, i) => new Foreign(i))')
let hot = 0
for (let i = 0; i < 300000; i++) hot += held.plain[i % 3000].number
held.wasm = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
held.instance = new Holder(new WebAssembly.Instance(held.wasm))
`
const CLASSES = ['Plain', 'Derived', 'Wide', 'Dictionary', 'Sparse', 'Holder', 'Foreign']

module.exports = { SHAPES, CLASSES }
