'use strict'

const { sendClosed, sendFailure } = require('./answer.js')
const { Endpoint } = require('./endpoint.js')
const { answer } = require('./router.js')
const { ROUTES } = require('./routes/table.js')
const { settingsOf } = require('./settings.js')
const { targetOf } = require('./target.js')

/**
 * The endpoint as `(req, res, next?)`, for node:http, Express and Connect. `close()` ends it. It answers by itself, never throws,
 * and resolves when it has answered; `next` is called for what is not below `path`.
 */
function handler(options) {
  const settings = settingsOf(options)
  const endpoint = new Endpoint(settings)
  const handle = async (req, res, next) => {
    try {
      const target = targetOf(req, settings.path)
      if (target !== undefined) await answer(ROUTES, endpoint, req, res, target)
      else if (next === undefined) sendClosed(req, res)
    } catch (error) {
      sendFailure(req, res, error)
      return
    }
    if (next !== undefined && targetOf(req, settings.path) === undefined) next()
  }
  return Object.assign(handle, { close: () => endpoint.stop() })
}

module.exports = { handler }
