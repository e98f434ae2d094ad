'use strict'

const fs = require('node:fs')
const net = require('node:net')
const { performance } = require('node:perf_hooks')
const { validate } = require('../options.js')
const { Channel } = require('./channel.js')
const { classNameOf } = require('./class-name.js')
const { descriptors } = require('./descriptors.js')
const { Hook } = require('./hook.js')
const { kept } = require('./place.js')
const { Tracker, RULES } = require('./tracker.js')

const { apply } = Reflect

// Node tells of most on its channels, without async_hooks, which would slow every promise of the app down.
const SOURCES = [
  new Channel('net.client.socket', (tracker, { socket }) => tracker.has(socket, isOpen)),
  new Channel('net.server.socket', (tracker, { socket }) => tracker.hasAccepted(socket)),
  new Channel('udp.socket', (tracker, { socket }) => tracker.has(socket, isOpenUdp)),
  new Channel('child_process', (tracker, { process }) => tracker.has(process, isRunning)),
  new Channel('worker_threads', (tracker, { worker }) => tracker.has(worker, ({ threadId }) => threadId !== -1)),
  new Hook([{ object: net.Server.prototype, name: 'listen', wrap: telling((tracker, server, above) => tracker.hasServer(server, above)) }]),
  new Hook(
    [
      { object: fs, name: 'watch', wrap: telling((tracker, watcher, above) => tracker.has(watcher, isWatching, above)) },
      { object: fs, name: 'watchFile', wrap: telling((tracker, watcher, above) => tracker.has(watcher, hasHandle, above)) },
      { object: fs, name: 'createReadStream', wrap: telling((tracker, stream, above) => tracker.has(stream, isOpen, above)) },
      { object: fs, name: 'createWriteStream', wrap: telling((tracker, stream, above) => tracker.has(stream, isOpen, above)) },
      { object: fs, name: 'openSync', wrap: telling((tracker, fd, above) => tracker.hasOpened(fd, above)) },
    ],
    { isModule: true },
  ),
]

/** Wraps a function that opens what it returns. */
function telling(told) {
  return (original, observers) =>
    function open(...given) {
      const opened = apply(original, this, given)
      try {
        for (let nth = 0; nth < observers.length; nth++) told(observers[nth], opened, open)
      } catch {
        // Somebody else's wrapper below this one may return anything: what was opened is the app's all the same.
      }
      return opened
    }
}

function isOpen(stream) {
  return !stream.destroyed
}

let udpState
function isOpenUdp(socket) {
  udpState ??= Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol')
  return socket[udpState]?.handle !== null
}

function isRunning(child) {
  return child.exitCode === null && child.signalCode === null
}

/** A server has its handle when the name is resolved, and loses it when it is closed. */
function isListening(server, entry) {
  const has = server._handle !== null && server._handle !== undefined
  if (has) entry.began = true
  return has || !entry.began
}

function isWatching(watcher) {
  return watcher._handle?.initialized === true
}

function hasHandle(watcher) {
  return watcher._handle !== null && watcher._handle !== undefined
}

/** Sockets, servers, child processes, workers, watchers and files, by the place that opens them. */
class Handles extends Tracker {
  #listening = new WeakMap()

  constructor(options) {
    super('handles', SOURCES, options)
  }

  has(object, isLive, above) {
    this.#hasAt(() => this.place(above), object, isLive, classNameOf(object))
  }

  #hasAt(place, object, isLive, type) {
    const weight = this.weigh(type)
    if (weight === 0) return
    this.added(weight, type, type, undefined, (site, weight, at) => new Handle(new WeakRef(object), isLive, site, weight, at), place())
  }

  hasServer(server, above) {
    const frame = this.place(above)
    if (frame !== undefined) this.#listening.set(server, kept(frame))
    this.#hasAt(() => frame, server, isListening, classNameOf(server))
  }

  /** Nobody calls for what comes in: it counts where its server began to listen. */
  hasAccepted(socket) {
    const { server } = socket
    const place = () => (server && this.#listening.get(server)) ?? this.place()
    this.#hasAt(place, socket, isOpen, `incoming ${classNameOf(socket)}`)
  }

  hasOpened(fd, above) {
    const weight = this.weigh('file')
    if (weight !== 0) this.added(weight, 'file', 'file', undefined, (site, weight, at) => new OpenFile(fd, site, weight, at), this.place(above))
  }

  reported(ledger, top) {
    ledger.look(Infinity)
    const oldest = ledger.entries().toSorted((a, b) => a.at - b.at).slice(0, top)
    const types = {}
    for (const type of process.getActiveResourcesInfo()) types[type] = (types[type] ?? 0) + 1
    return {
      types,
      fds: descriptors(),
      oldest: this.placed(oldest.map(({ site, at }) => ({ type: site.type, ageMs: Math.round(performance.now() - at), ...site.place }))),
    }
  }
}

class Handle {
  constructor(object, check, site, weight, at) {
    this.object = object
    this.check = check
    this.site = site
    this.weight = weight
    this.at = at
    this.began = false
  }

  isLive() {
    const object = this.object.deref()
    return object !== undefined && this.check(object, this)
  }
}

/** A number that Node gives again: it is the same one while it is of the same file. */
class OpenFile {
  constructor(fd, site, weight, at) {
    const { dev, ino } = fs.fstatSync(fd)
    Object.assign(this, { fd, dev, ino, site, weight, at })
  }

  isLive() {
    try {
      const { dev, ino } = fs.fstatSync(this.fd)
      return dev === this.dev && ino === this.ino
    } catch {
      return false
    }
  }
}

/** Counts what is open by the place that opens it, until it is stopped. */
function trackHandles(options) {
  return new Handles(validate(options, RULES))
}

module.exports = { trackHandles, Handles }
