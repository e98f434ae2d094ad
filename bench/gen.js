'use strict';
/* eslint no-sparse-arrays: off -- a heap with all shapes has holes, too */
// node gen.js UNITS OUT.heapsnapshot [UNITS OUT.heapsnapshot]…: builds an app-like heap, seeded, and writes its snapshot; then goes on
// to so many units, and writes another one. A unit is about one user's session, some 100 heap nodes and 7 KB of file.
const v8 = require('v8'), { EventEmitter } = require('events');
const [first, out, ...more] = process.argv.slice(2);
const units = +first || 1000;
let seed = 12345; const rnd = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 4294967296;
const ri = n => Math.floor(rnd() * n);
const WORDS = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega'.split(' ');
const CITIES = ['Zürich', '東京', 'São Paulo', 'Köln', 'Москва', 'New "York"', 'Back\\slash', 'tab\tnew\nline', 'nul\u0000char', 'lone\ud800hi', 'lone\udc00lo', 'emoji😀', '\u2028sep\u2029', '\u007f\u0001\u001f', 'é'];
const word = () => WORDS[ri(WORDS.length)];

class User { #secret; constructor(id) { this.id = id; this.name = `user-${id}-${word()}`; this.email = this.name + '@' + word() + '.example.com'; this.city = CITIES[id % CITIES.length]; this.tags = Array.from({ length: ri(4) }, word); this.score = rnd() * 1000; this.#secret = id ^ 0x55; } get secret() { return this.#secret; } }
class Admin extends User { constructor(id) { super(id); this.perms = new Set(WORDS.slice(0, 1 + ri(6))); } }
class Order { constructor(user, n) { this.user = user; this.no = n; this.items = []; for (let i = 0, k = 1 + ri(4); i < k; i++) this.items.push({ sku: `sku-${ri(50000)}`, qty: 1 + ri(9), price: rnd() * 99.5, meta: null }); this.placed = new Date(1.7e12 + n * 1000); } }
class LruNode { constructor(key, value) { this.key = key; this.value = value; this.prev = null; this.next = null; } }
class Lru { constructor() { this.map = new Map(); this.head = null; this.tail = null; } add(k, v) { const n = new LruNode(k, v); this.map.set(k, n); if (this.tail) { this.tail.next = n; n.prev = this.tail; } else this.head = n; this.tail = n; } }
class Session extends EventEmitter { constructor(user, app) { super(); this.user = user; this.app = app; this.vars = Object.create(null); this.pending = null; } }
class Matrix { constructor(n) { this.rows = Array.from({ length: n }, () => new Float64Array(n)); } }
function Legacy(a, b) { this.a = a; this.b = b; } Legacy.prototype.get = function () { return this.a; };

class App {
  constructor() { this.users = []; this.sessions = new Map(); this.orders = []; this.cache = new Lru(); this.byCity = new Map(); this.timers = []; this.weak = new WeakMap(); this.refs = []; this.registry = new FinalizationRegistry(() => {}); this.dict = {}; this.bufs = []; this.misc = []; this.listeners = []; this.log = ''; this.pendings = []; }
  unit(i) {
    const u = i % 10 === 0 ? new Admin(i) : new User(i); this.users.push(u);
    let s = this.byCity.get(u.city); if (!s) this.byCity.set(u.city, s = new Set()); s.add(u);
    const ses = new Session(u, this); this.sessions.set(`sid-${(i * 2654435761 >>> 0).toString(36)}`, ses);
    const state = { count: 0, last: null, buf: i % 4 === 0 ? Buffer.alloc(64 + ri(200), i) : null };
    ses.on('message', (m) => { state.count++; state.last = m; return u.name; });
    ses.once('close', function onClose() { state.last = ses; });
    for (let k = 0; k < 3; k++) ses.vars[`v${ri(20)}`] = k === 0 ? word() + ri(1e6) : { k, ref: u };
    for (let k = 0, n = 1 + ri(2); k < n; k++) { const o = new Order(u, this.orders.length); this.orders.push(o); }
    this.cache.add(`k:${i}`, { body: `{"id":${i},"w":"${word()}"}`, etag: (i * 7919).toString(16), hits: 0, headers: [['content-type', 'json'], ['x-' + word(), String(ri(1000))]] });
    this.weak.set(u, { extra: ses, arr: [i, i + 1, i + 2] });
    this.dict['key_' + (i % 5000) + '_' + (i >> 3)] = i;
    const add = (x) => (y) => x + y + state.count; this.misc.push(add(i));
    this.misc.push(JSON.parse(`{"a":${i},"b":[1,2.5,"x${i % 100}"],"c":{"d":null,"e":true,"f":{"g":"h${i}"}}}`));
    if (i % 2 === 0) this.misc.push(new Legacy(new Legacy(i, 'x'), [i, u]));
    if (i % 3 === 0) this.misc.push(new Map([[u, 1], ['s' + i, ses]]), new Set([i, u]));
    if (i % 5 === 0) { const t = setTimeout(() => state.count, 1e8 + i); t.unref(); this.timers.push(t); }
    if (i % 7 === 0) this.bufs.push(Buffer.from(`payload-${i}-`.repeat(5)), new Uint32Array(ri(64)), new DataView(new ArrayBuffer(32)));
    if (i % 11 === 0) this.refs.push(new WeakRef(u)); if (i % 13 === 0) this.registry.register(u, i);
    if (i % 17 === 0) this.misc.push(new Error('boom ' + i), Symbol('sym' + i), 10n ** BigInt(ri(60)), /ab+c/g);
    if (i % 19 === 0) { this.pendings.push(new Promise(r => { state.resolve = r; }).then(x => x + i)); const g = (function* () { const l = u; yield l; yield i; })(); g.next(); this.misc.push(g); (async () => { await state.never; await new Promise(() => {}); return u; })(); }
    if (i % 23 === 0) { const d = { a: 1, b: 2, c: 3, ['dyn' + i]: u }; delete d.b; this.misc.push(d, new Proxy(d, { get: (t, k) => t[k] }), Object.freeze({ z: i })); }
    if (i % 29 === 0) this.misc.push(new Matrix(4), Array.from({ length: 50 }, (_, k) => k * 0.5), new Array(100).fill(i), [, 1, , u]);
    if (i % 31 === 0) this.misc.push(('long ' + word() + ' ').repeat(300 + ri(300)), ('Ωlong' + i).repeat(40), ('sub-' + i + 'abcdefghijklmnopqrstuvwxyz0123456789').substring(3, 40));
    if (i % 37 === 0) { let c = ''; for (let k = 0; k < 12; k++) c = c + word() + k; this.misc.push(c); } // cons strings
    if (i % 41 === 0) this.misc.push(Object.defineProperty({}, 'acc', { get() { return u; }, set(v) { u.score = v; }, enumerable: true }));
    if (i % 997 === 0) { const head = { v: 0, next: null }; let p = head; for (let k = 0; k < 200; k++) p = p.next = { v: k, next: null, owner: k % 50 === 0 ? u : undefined }; this.misc.push(head); }
  }
}
const app = globalThis.__app = new App();
for (let i = 0; i < units; i++) app.unit(i);
globalThis.__leak = { label: 'intended leak holder', list: app.orders.slice(0, Math.min(1000, units)) };
// one very long linked list: deep recursion trap for recursive DFS implementations
{ let p = globalThis.__deep = { next: null }; for (let i = 0; i < Math.min(units, 20000) * 2; i++) p = p.next = { next: null }; }
setImmediate(() => {
  v8.writeHeapSnapshot(out);
  for (let made = units; more.length > 0;) {
    for (const [to] = more.splice(0, 1); made < to; made++) app.unit(made);
    v8.writeHeapSnapshot(more.shift());
  }
});
