'use strict'

const net = require('node:net')

/**
 * Tells of the first server of this thread that listens on a port: `tell({ port, secure })`. The hook is taken away then; the app's
 * server has one passing listener.
 */
function tellListening(tell) {
  const { listen } = net.Server.prototype
  function listening(...args) {
    this.once('listening', () => {
      const port = this.address()?.port
      if (port === undefined) return // a pipe
      if (net.Server.prototype.listen === listening) net.Server.prototype.listen = listen
      tell({ port, secure: typeof this.setSecureContext === 'function' })
    })
    return listen.apply(this, args)
  }
  net.Server.prototype.listen = listening
}

module.exports = { tellListening }
